import { clsx } from "clsx";
import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { ToolName } from "../calls/call-columns.tsx";
import type { CallRow } from "../calls/call-row.ts";
import { retryKindLabels, retryKindMeanings } from "../calls/retry-label.ts";
import { formatDuration } from "../format.ts";
import { familyStyles, outcomeStyleOf } from "../outcome-style.ts";
import { FamilyShape } from "../outcome/family-shape.tsx";
import { OutcomeMark } from "../outcome/outcome-mark.tsx";
import { callHref } from "../scope/hrefs.ts";
import { followRowLink, RowLink } from "../table/row-link.tsx";
import { Instant } from "../time/instant.tsx";

export const TIMELINE_ROW_PX = 32;
export const TIMELINE_GRID =
  "grid items-center gap-x-3 pr-4 pl-9 [grid-template-columns:5.6rem_7.2rem_minmax(0,1fr)] sm:[grid-template-columns:6.2rem_8.5rem_minmax(4rem,1fr)_5rem] md:[grid-template-columns:6.2rem_8.5rem_minmax(7rem,0.8fr)_minmax(8rem,1.4fr)_5rem]";

const percent = (share: number): string => `${(share * 100).toFixed(3)}%`;

export function TimelineRow({
  call,
  index,
  offsetPx,
  startAt,
  endAt,
  breaks,
  retryOfIndex,
  resultOfIndex,
  isActive,
  onOpen,
}: {
  call: CallRow;
  index: number;
  offsetPx: number;
  /** Begin and end on the scale, from 0 to 1. */
  startAt: number;
  endAt: number;
  breaks: readonly { at: number }[];
  retryOfIndex: number | undefined;
  /** The call whose result this one was answered with, where it is another than the one that it repeats. */
  resultOfIndex: number | undefined;
  isActive: boolean;
  onOpen: () => void;
}): ReactNode {
  const style = familyStyles[outcomeStyleOf(call.outcome).family];
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      data-index={index}
      data-active={isActive || undefined}
      onClick={followRowLink}
      style={{ height: TIMELINE_ROW_PX, transform: `translateY(${offsetPx}px)` }}
      className={clsx(
        TIMELINE_GRID,
        "absolute inset-x-0 top-0 cursor-pointer border-b border-line/60 hover:bg-raised data-active:bg-accent-soft",
        "has-[a:focus-visible]:outline-2 has-[a:focus-visible]:-outline-offset-2 has-[a:focus-visible]:outline-accent",
      )}
    >
      <div role="cell" className="truncate">
        <RowLink href={callHref(call)} onOpen={onOpen}>
          <Instant atMs={call.startedAtMs} show="time" className="text-soft" />
        </RowLink>
      </div>
      <div role="cell" className="truncate">
        <OutcomeMark outcome={call.outcome} />
      </div>
      <div role="cell" className="truncate max-md:hidden">
        <ToolName serverName={call.serverName} tool={call.tool} />
      </div>
      <div role="cell" className="relative h-full min-w-0">
        {breaks.map((pause) => (
          <span
            key={pause.at}
            aria-hidden
            className="absolute inset-y-0 border-l border-dashed border-line-strong/70"
            style={{ left: percent(pause.at) }}
          />
        ))}
        <span
          aria-hidden
          className={clsx("absolute top-1/2 h-2.5 min-w-1 -translate-y-1/2 rounded-xs", style.hatched && "hatched")}
          style={{ left: percent(startAt), width: percent(endAt - startAt), backgroundColor: style.color }}
        />
        <span
          className="absolute top-1/2 flex -translate-y-1/2 items-center gap-1.5 text-xs whitespace-nowrap max-sm:hidden"
          style={
            endAt > 0.6 ? { right: `calc(${percent(1 - startAt)} + 5px)` } : { left: `calc(${percent(endAt)} + 7px)` }
          }
        >
          {call.outcome === "ok" ? null : <FamilyShape shape={style.shape} color={style.color} />}
          {call.effect === "unknown" ? (
            <span className="inline-flex items-center gap-1 font-medium text-warn">
              <TriangleAlert size={11} aria-hidden /> effect unknown
            </span>
          ) : null}
          {call.retryKind === "first" ? null : (
            <span
              className={call.retryKind === "repeat" ? "font-medium text-warn" : "text-soft"}
              title={retryKindMeanings[call.retryKind]}
            >
              {retryKindLabels[call.retryKind]}
              {retryOfIndex === undefined ? "" : ` of ${retryOfIndex + 1}`}
            </span>
          )}
          {resultOfIndex === undefined ? null : <span className="text-soft">result of {resultOfIndex + 1}</span>}
          {call.wouldDeny?.length ? (
            <span className="text-soft" title={`On trial, would have denied this call: ${call.wouldDeny.join(", ")}`}>
              would deny
            </span>
          ) : null}
        </span>
      </div>
      <div role="cell" className="text-right text-soft max-sm:hidden">
        {formatDuration(call.durationUs)}
      </div>
    </div>
  );
}
