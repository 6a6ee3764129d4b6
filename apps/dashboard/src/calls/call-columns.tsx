import { RotateCcw, TriangleAlert } from "lucide-react";
import { formatDuration } from "../format.ts";
import { InertText } from "../inert/inert-text.tsx";
import { OutcomeMark } from "../outcome/outcome-mark.tsx";
import { callHref } from "../scope/hrefs.ts";
import { defineColumns } from "../table/column.ts";
import { RowLink } from "../table/row-link.tsx";
import { Instant } from "../time/instant.tsx";
import type { CallRow } from "./call-row.ts";
import { explanationOf } from "./explanation.ts";
import { effectMeanings, retryKindLabels, retryKindMeanings } from "./retry-label.ts";

export const callColumns = (open: (id: string) => void) =>
  defineColumns<CallRow>([
    {
      id: "time",
      header: "Time",
      track: "7.1rem",
      narrowTrack: "4.3rem",
      cell: (call) => (
        <RowLink href={callHref(call)} onOpen={() => open(call.id)}>
          <Instant atMs={call.startedAtMs} show="compact" className="text-soft" />
        </RowLink>
      ),
    },
    {
      id: "outcome",
      header: "Outcome",
      track: "8.2rem",
      narrowTrack: "8rem",
      cell: (call) => <OutcomeMark outcome={call.outcome} />,
    },
    {
      id: "tool",
      header: "Tool",
      track: "minmax(8rem,1.5fr)",
      narrowTrack: "minmax(0,1fr)",
      cell: (call) => <ToolName serverName={call.serverName} tool={call.tool} compact />,
    },
    {
      id: "why",
      header: "Why",
      track: "minmax(0,1.8fr)",
      from: "xl",
      cell: (call) => {
        const why = explanationOf(call);
        return why === null ? null : <InertText text={why} className="text-soft" />;
      },
    },
    {
      id: "retry",
      header: "Retry",
      track: "6.4rem",
      from: "md",
      cell: (call) =>
        call.retryKind === "first" ? null : (
          <span className="inline-flex items-center gap-1.5" title={retryKindMeanings[call.retryKind]}>
            <RotateCcw size={12} aria-hidden className="text-soft" />
            {retryKindLabels[call.retryKind]}
          </span>
        ),
    },
    {
      id: "effect",
      header: "Effect",
      track: "5rem",
      from: "md",
      cell: (call) => (
        <span
          title={effectMeanings[call.effect]}
          className={call.effect === "unknown" ? "inline-flex items-center gap-1 font-medium text-warn" : "text-soft"}
        >
          {call.effect === "unknown" ? <TriangleAlert size={12} aria-hidden /> : null}
          {call.effect === "none" ? "–" : call.effect}
        </span>
      ),
    },
    {
      id: "principal",
      header: "Principal",
      track: "minmax(4.5rem,0.7fr)",
      from: "md",
      cell: (call) => (call.principal === null ? null : <InertText text={call.principal} max={80} />),
    },
    {
      id: "duration",
      header: "Duration",
      track: "4.2rem",
      align: "end",
      from: "md",
      cell: (call) => <span className="text-soft">{formatDuration(call.durationUs)}</span>,
    },
  ]);

/** A tool with its server before it. */
export function ToolName({
  serverName,
  tool,
  compact = false,
}: {
  serverName: string;
  tool: string | null;
  /** Drops the server where there is no room for it. */
  compact?: boolean;
}) {
  return (
    <>
      <span className={compact ? "text-soft max-sm:hidden" : "text-soft"}>
        <InertText text={serverName} max={60} />
        {" / "}
      </span>
      {tool === null ? (
        <i className="text-soft">none named</i>
      ) : (
        <InertText text={tool} max={120} className="font-medium" />
      )}
    </>
  );
}
