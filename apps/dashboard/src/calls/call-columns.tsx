import { RotateCcw, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { formatBytes, formatDuration } from "../format.ts";
import { InertText } from "../inert/inert-text.tsx";
import { OutcomeMark } from "../outcome/outcome-mark.tsx";
import { callHref } from "../scope/hrefs.ts";
import type { ColumnSpec } from "../table/column.ts";
import { RowLink } from "../table/row-link.tsx";
import { Instant } from "../time/instant.tsx";
import type { CallRow } from "./call-row.ts";
import { explanationOf } from "./explanation.ts";
import { effectMeanings, mutabilityLabels, retryKindLabels, retryKindMeanings } from "./retry-label.ts";

/** A column of texts from outside that only some look for. */
const optionalText = (
  id: string,
  header: string,
  textOf: (call: CallRow) => string | null,
  track = "minmax(7rem,1fr)",
): ColumnSpec<CallRow> => ({
  id,
  header,
  track,
  optional: true,
  cell: (call) => {
    const text = textOf(call);
    return text === null ? null : <InertText text={text} max={120} />;
  },
});

const optionalBytes = (id: string, header: string, bytesOf: (call: CallRow) => number | null): ColumnSpec<CallRow> => ({
  id,
  header,
  track: "5.4rem",
  align: "end",
  optional: true,
  cell: (call) => {
    const bytes = bytesOf(call);
    return bytes === null ? null : <span className="text-soft">{formatBytes(bytes)}</span>;
  },
});

/** Every column that the table of calls can show. `showDate`: whether times of day alone would be ambiguous. */
export const callColumns = ({
  open,
  showDate,
}: {
  open: (id: string) => void;
  showDate: boolean;
}): ColumnSpec<CallRow>[] => [
  {
    id: "time",
    header: "Time",
    track: showDate ? "7.1rem" : "4.3rem",
    narrowTrack: "4.3rem",
    cell: (call) => (
      <RowLink href={callHref(call)} onOpen={() => open(call.id)}>
        <Instant atMs={call.startedAtMs} show={showDate ? "compact" : "clock"} className="text-soft" />
      </RowLink>
    ),
  },
  {
    id: "outcome",
    header: "Outcome",
    track: "9rem",
    narrowTrack: "8rem",
    cell: (call) => (
      <span className="flex items-center gap-1.5">
        <OutcomeMark outcome={call.outcome} />
        {call.effect === "unknown" ? <EffectUnknown /> : null}
      </span>
    ),
  },
  {
    id: "tool",
    header: "Tool",
    track: "minmax(10rem,1.6fr)",
    narrowTrack: "minmax(5rem,1fr)",
    cell: (call) => <ToolName serverName={call.serverName} tool={call.tool} compact />,
  },
  {
    id: "why",
    header: "Why",
    track: "minmax(5rem,1.5fr)",
    from: "xl",
    cell: (call) => {
      const why = explanationOf(call);
      return why === null ? null : <InertText text={why} className="text-soft" />;
    },
  },
  { id: "retry", header: "Retry", track: "6.4rem", from: "md", cell: (call) => <RetryMark call={call} /> },
  {
    id: "effect",
    header: "Effect",
    track: "5rem",
    from: "2xl",
    cell: (call) => (
      <span title={effectMeanings[call.effect]} className={call.effect === "unknown" ? "font-medium" : "text-soft"}>
        {call.effect === "none" ? "–" : call.effect}
      </span>
    ),
  },
  {
    id: "principal",
    header: "Principal",
    track: "minmax(6rem,0.7fr)",
    from: "2xl",
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
  optionalText("server", "Server", (call) => call.serverName),
  optionalText("client", "Client", (call) => call.clientName),
  optionalText("session", "Session", (call) => call.sessionId),
  optionalText("rule", "Rule", (call) => call.rule ?? (call.wouldDeny?.length ? call.wouldDeny.join(", ") : null)),
  optionalText("error", "Error code", (call) => call.errorCode),
  optionalText("kind", "Kind", (call) => mutabilityLabels[call.mutability], "5rem"),
  optionalText("attempt", "Attempt", (call) => (call.attempt > 1 ? String(call.attempt) : null), "4rem"),
  optionalText("operation", "Operation", (call) => call.operationId),
  optionalBytes("arguments", "Arguments", (call) => call.argumentsBytes),
  optionalBytes("result", "Result", (call) => call.resultBytes),
  optionalText("id", "Id", (call) => call.id, "minmax(10rem,1fr)"),
];

/** That nobody knows whether a call changed something: easy to see wherever calls are listed. */
export function EffectUnknown(): ReactNode {
  return (
    <span title={effectMeanings.unknown} className="inline-flex items-center text-warn">
      <TriangleAlert size={12} aria-hidden />
      <span className="sr-only">effect unknown</span>
    </span>
  );
}

/** What a call repeats. A changing call that was repeated after it had worked stands out: it may have happened twice. */
function RetryMark({ call }: { call: CallRow }): ReactNode {
  if (call.retryKind === "first") return null;
  const isDouble = call.retryKind === "repeat";
  const Icon = isDouble ? TriangleAlert : RotateCcw;
  return (
    <span
      className={isDouble ? "flex items-center gap-1.5 font-medium text-warn" : "flex items-center gap-1.5"}
      title={retryKindMeanings[call.retryKind]}
    >
      <Icon size={12} aria-hidden className={isDouble ? undefined : "text-soft"} />
      {retryKindLabels[call.retryKind]}
    </span>
  );
}

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
      <span className={compact ? "text-soft max-[1400px]:hidden" : "text-soft"}>
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
