import { clsx } from "clsx";
import { TriangleAlert } from "lucide-react";
import type { MouseEvent, ReactNode } from "react";
import { ToolName } from "../calls/call-columns.tsx";
import { retryKindLabels, retryKindMeanings } from "../calls/retry-label.ts";
import { formatCount, formatDuration } from "../format.ts";
import { familyStyles, outcomeStyleOf } from "../outcome-style.ts";
import { FamilyShape } from "../outcome/family-shape.tsx";
import { OutcomeMark } from "../outcome/outcome-mark.tsx";
import { callHref } from "../scope/hrefs.ts";
import { followRowLink, RowLink } from "../table/row-link.tsx";
import { Instant } from "../time/instant.tsx";
import type { OutlineCall } from "./outline.ts";
import { Course, type Stretch } from "./timeline-course.tsx";

export const TIMELINE_ROW_PX = 32;
export const TIMELINE_GRID =
  "grid items-center gap-x-3 pr-3 pl-3 [grid-template-columns:2.2rem_5.4rem_minmax(0,1fr)] md:pr-4 md:pl-9 md:[grid-template-columns:3.4rem_6.2rem_8.2rem_minmax(7rem,0.8fr)_minmax(8rem,1.4fr)_5rem]";

/** Where a row stands in the list. */
export interface RowPlace {
  /** Of the lines of the list, from 0. */
  position: number;
  offsetPx: number;
  /** Whether the line is the one that is looked at. */
  isActive: boolean;
}

/** A line of the timeline that a click anywhere follows. */
export function TimelineLineBox({
  place: { position, offsetPx, isActive },
  run,
  onClick = followRowLink,
  children,
}: {
  place: RowPlace;
  /** Whether its neighbours are attempts of the same thing: a band in the margin joins them. */
  run?: { fromAbove: boolean; toBelow: boolean };
  onClick?: (event: MouseEvent<HTMLElement>) => void;
  children: ReactNode;
}): ReactNode {
  return (
    <div
      role="row"
      aria-rowindex={position + 2}
      data-index={position}
      data-active={isActive || undefined}
      onClick={onClick}
      style={{ height: TIMELINE_ROW_PX, transform: `translateY(${offsetPx}px)` }}
      className={clsx(
        TIMELINE_GRID,
        "absolute inset-x-0 top-0 cursor-pointer border-b border-line/60 hover:bg-raised data-active:bg-accent-soft",
        "has-[a:focus-visible]:outline-2 has-[a:focus-visible]:-outline-offset-2 has-[a:focus-visible]:outline-accent",
      )}
    >
      {run ? (
        <span
          aria-hidden
          className={clsx(
            "absolute left-1 w-1 bg-line-strong",
            run.fromAbove ? "-top-px" : "top-1.5 rounded-t-full",
            run.toBelow ? "-bottom-px" : "bottom-1.5 rounded-b-full",
          )}
        />
      ) : null}
      {children}
    </div>
  );
}

export function TimelineRow({
  call,
  project,
  place,
  run,
  isUnder,
  missing,
  stretch,
  breaks,
  onOpen,
}: {
  call: OutlineCall;
  project: string;
  place: RowPlace;
  run?: { fromAbove: boolean; toBelow: boolean };
  /** Whether it is listed under the line of its attempts. */
  isUnder: boolean;
  /** How many calls before it have no row. */
  missing: number;
  stretch: Stretch;
  breaks: readonly { at: number }[];
  onOpen: () => void;
}): ReactNode {
  const signs = <Signs call={call} missing={missing} />;
  return (
    <TimelineLineBox place={place} run={run}>
      <div role="cell" className={clsx("truncate text-right text-xs text-soft", isUnder && "pl-3")}>
        {formatCount(call.index + 1)}
      </div>
      <div role="cell" className="truncate">
        <RowLink href={callHref({ project, id: call.id })} onOpen={onOpen}>
          <Instant atMs={call.startedAtMs} show="time" className="text-soft" />
        </RowLink>
      </div>
      <div role="cell" className="truncate max-md:hidden">
        <OutcomeMark outcome={call.outcome} />
      </div>
      <div role="cell" className="flex min-w-0 items-center gap-2">
        <span className="md:hidden" title={outcomeStyleOf(call.outcome).label}>
          <FamilyShape {...familyStyles[outcomeStyleOf(call.outcome).family]} />
          <span className="sr-only">{outcomeStyleOf(call.outcome).label}</span>
        </span>
        <span className="min-w-20 truncate">
          <ToolName serverName={call.serverName} tool={call.tool} compact />
        </span>
        <span className="ml-auto min-w-0 truncate text-xs whitespace-nowrap *:mr-1.5 md:hidden">{signs}</span>
      </div>
      <div role="cell" className="relative h-full min-w-0 max-md:hidden">
        <Course stretches={[stretch]} breaks={breaks}>
          {signs}
        </Course>
      </div>
      <div role="cell" className="text-right text-soft max-md:hidden">
        {formatDuration(call.durationUs)}
      </div>
    </TimelineLineBox>
  );
}

/** What is to be known of a call besides how it ended. */
function Signs({ call, missing }: { call: OutlineCall; missing: number }): ReactNode {
  const { outcome, effectUnknown, retryKind, retryOf, resultOf, wouldDeny } = call;
  const { shape, color } = familyStyles[outcomeStyleOf(outcome).family];
  return (
    <>
      {outcome === "ok" ? null : (
        <span className="max-md:hidden">
          <FamilyShape shape={shape} color={color} />
        </span>
      )}
      {effectUnknown ? (
        <span className="inline-flex items-center gap-1 font-medium text-warn">
          <TriangleAlert size={11} aria-hidden /> <span className="max-md:sr-only">effect</span> unknown
        </span>
      ) : null}
      {retryKind === "first" ? null : (
        <span
          className={retryKind === "repeat" ? "font-medium text-warn" : "text-soft"}
          title={retryKindMeanings[retryKind]}
        >
          {retryKindLabels[retryKind]}
          {retryOf === -1 ? "" : ` of ${formatCount(retryOf + 1)}`}
        </span>
      )}
      {resultOf === -1 ? null : <span className="text-soft">result of {formatCount(resultOf + 1)}</span>}
      {wouldDeny ? (
        <span className="text-soft" title="A rule on trial would have denied this call.">
          would deny
        </span>
      ) : null}
      {missing > 0 ? (
        <span
          className="font-medium text-warn"
          title="The gate numbered its calls, and these have no row: it was lost, or is still on its way."
        >
          {missing === 1 ? "1 call is" : `${formatCount(missing)} calls are`} missing before this
        </span>
      ) : null}
    </>
  );
}
