import { ChevronDown, ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import { ToolName } from "../calls/call-columns.tsx";
import { formatCount, formatDuration } from "../format.ts";
import { outcomeStyleOf } from "../outcome-style.ts";
import { OutcomeMark } from "../outcome/outcome-mark.tsx";
import { Instant } from "../time/instant.tsx";
import type { OutlineCall } from "./outline.ts";
import { Course, type Stretch } from "./timeline-course.tsx";
import { TimelineLineBox, type RowPlace } from "./timeline-row.tsx";

/** The attempts of one thing on one line: when each was, and how the last one ended. */
export function AttemptsRow({
  first,
  last,
  count,
  place,
  stretches,
  breaks,
  isOpen,
  onToggle,
}: {
  first: OutlineCall;
  last: OutlineCall;
  count: number;
  place: RowPlace;
  stretches: readonly Stretch[];
  breaks: readonly { at: number }[];
  isOpen: boolean;
  onToggle: () => void;
}): ReactNode {
  const Sign = isOpen ? ChevronDown : ChevronRight;
  const end = outcomeStyleOf(last.outcome).label.toLowerCase();
  const told = `${formatCount(count)} attempts, the last: ${end}`;
  return (
    <TimelineLineBox place={place} onClick={onToggle}>
      <div role="cell" className="flex items-center justify-end gap-0.5 text-xs">
        <button
          type="button"
          aria-expanded={isOpen}
          onClick={(event) => {
            event.stopPropagation();
            onToggle();
          }}
          className="inline-flex items-center gap-0.5 rounded-sm font-medium"
        >
          <Sign size={13} aria-hidden /> {formatCount(first.index + 1)}
          <span className="sr-only">: {told}</span>
        </button>
      </div>
      <div role="cell" className="truncate">
        <Instant atMs={first.startedAtMs} show="time" className="text-soft" />
      </div>
      <div role="cell" className="truncate max-md:hidden">
        <OutcomeMark outcome={last.outcome} />
      </div>
      <div role="cell" className="flex min-w-0 items-center gap-2">
        <span className="min-w-0 truncate">
          <ToolName serverName={first.serverName} tool={first.tool} compact />
        </span>
        <span className="ml-auto text-xs whitespace-nowrap md:hidden">{formatCount(count)} attempts</span>
      </div>
      <div role="cell" className="relative h-full min-w-0 max-md:hidden">
        <Course stretches={stretches} breaks={breaks}>
          <span className="font-medium">{told}</span>
        </Course>
      </div>
      <div role="cell" className="text-right text-soft max-md:hidden">
        {formatDuration((last.startedAtMs - first.startedAtMs) * 1000 + last.durationUs)}
      </div>
    </TimelineLineBox>
  );
}
