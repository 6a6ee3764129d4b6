import { TriangleAlert } from "lucide-react";
import { formatCount, formatDuration } from "../format.ts";
import { InertText } from "../inert/inert-text.tsx";
import { OutcomeBar } from "../outcome/outcome-bar.tsx";
import type { ColumnSpec } from "../table/column.ts";
import { RowLink } from "../table/row-link.tsx";
import { SortHeader } from "../table/sort-header.tsx";
import { Instant } from "../time/instant.tsx";
import { RiskMark } from "./risk-mark.tsx";
import { riskOf } from "./risk.ts";
import type { SessionSort } from "./session-params.ts";
import type { SessionRow } from "./session-row.ts";

/** A count where zero says little and anything else should be seen. */
function Signal({ count, grave = false }: { count: number; grave?: boolean }) {
  if (count === 0) return <span className="text-soft">·</span>;
  return (
    <span className={grave ? "inline-flex items-center gap-1 font-semibold text-warn" : "font-medium"}>
      {grave ? <TriangleAlert size={11} aria-hidden /> : null}
      {formatCount(count)}
    </span>
  );
}

const sorted = (sort: SessionSort, title: string, name: string = title) => ({
  title,
  header: (
    <SortHeader sort={sort} usual="last_activity">
      {name === title ? name : <span title={title}>{name}</span>}
    </SortHeader>
  ),
});

const signal = (
  heading: Pick<ColumnSpec<SessionRow>, "title" | "header">,
  id: string,
  from: "md" | "2xl",
  countOf: (session: SessionRow) => number,
  grave = false,
): ColumnSpec<SessionRow> => ({
  id,
  ...heading,
  track: "3.5rem",
  align: "end",
  from,
  cell: (session) => <Signal count={countOf(session)} grave={grave} />,
});

/** Texts from outside in one cell, all of them on hover. */
const texts = (members: readonly string[], className: string) =>
  members.length === 0 ? (
    <span className="text-soft">–</span>
  ) : (
    <InertText text={members.join(", ")} max={120} className={className} />
  );

/** @param query - The time window's part of the URL, which goes along into a session. */
export const sessionColumns = (query: string): ColumnSpec<SessionRow>[] => [
  {
    id: "session",
    header: "Session",
    track: "minmax(5rem,0.8fr)",
    narrowTrack: "minmax(4.5rem,1fr)",
    cell: (session) => (
      <RowLink href={`/sessions/${encodeURIComponent(session.id)}${query}`}>
        <InertText text={session.id} max={64} className="font-mono text-xs font-medium" />
      </RowLink>
    ),
  },
  {
    id: "last",
    ...sorted("last_activity", "Last call"),
    track: "4.7rem",
    cell: (session) => <Instant atMs={session.lastCallAtMs} show="relative" className="text-soft" />,
  },
  {
    id: "risk",
    ...sorted("risk", "Risk"),
    track: "5.9rem",
    cell: (session) => <RiskMark risk={riskOf(session)} />,
  },
  {
    id: "client",
    header: "Client",
    track: "minmax(4rem,0.7fr)",
    from: "md",
    cell: (session) =>
      session.clientName === null ? (
        <span className="text-soft">unknown</span>
      ) : (
        <>
          <InertText text={session.clientName} max={60} />{" "}
          <InertText text={session.clientVersion ?? ""} max={30} className="text-xs text-soft" />
        </>
      ),
  },
  {
    id: "principal",
    header: "Principal",
    track: "minmax(4rem,0.7fr)",
    from: "md",
    cell: (session) => texts(session.principals, ""),
  },
  {
    id: "servers",
    header: "Servers and tools",
    track: "minmax(5rem,1.3fr)",
    from: "xl",
    cell: (session) => (
      <>
        {texts(session.servers, "font-medium")}{" "}
        <InertText text={session.tools.join(", ")} max={200} className="text-soft" />
      </>
    ),
  },
  {
    id: "outcomes",
    header: "Outcomes",
    track: "minmax(3.5rem,6rem)",
    from: "md",
    cell: (session) => <OutcomeBar outcomes={session.outcomes} />,
  },
  {
    id: "calls",
    ...sorted("calls", "Calls"),
    track: "3.2rem",
    align: "end",
    cell: (session) => formatCount(session.calls),
  },
  signal(sorted("denials", "Denials"), "denials", "md", ({ denials }) => denials),
  signal(sorted("retries", "Retries"), "retries", "md", ({ retries }) => retries),
  signal(sorted("repeats", "Possible double writes", "Doubles"), "doubles", "2xl", ({ repeats }) => repeats, true),
  signal(
    sorted("unknown_effects", "Effect unknown", "Unknown"),
    "unknown",
    "2xl",
    ({ unknownEffects }) => unknownEffects,
    true,
  ),
  signal(sorted("errors", "Errors"), "errors", "2xl", ({ errors }) => errors),
  signal(sorted("replays", "Replays"), "replays", "2xl", ({ replays }) => replays),
  { ...signal(sorted("refusals", "Refusals"), "refusals", "2xl", ({ refusals }) => refusals), optional: true },
  {
    id: "duration",
    ...sorted("duration_ms", "Duration"),
    track: "4.6rem",
    align: "end",
    from: "2xl",
    cell: (session) => (
      <span className="text-soft">{session.calls === 1 ? "–" : formatDuration(session.durationMs * 1000)}</span>
    ),
  },
];
