import { TriangleAlert } from "lucide-react";
import { formatCount, formatDuration } from "../format.ts";
import { InertText } from "../inert/inert-text.tsx";
import { OutcomeBar } from "../outcome/outcome-bar.tsx";
import { defineColumns, type ColumnSpec } from "../table/column.ts";
import { SortHeader } from "../table/sort-header.tsx";
import { RowLink } from "../table/row-link.tsx";
import { Instant } from "../time/instant.tsx";
import type { SessionRow } from "./session-row.ts";

/** A count where zero says little and anything else should be seen. */
function Signal({ count, grave = false }: { count: number; grave?: boolean }) {
  if (count === 0) return <span className="text-soft/60">·</span>;
  return (
    <span className={grave ? "inline-flex items-center gap-1 font-semibold text-warn" : "font-medium"}>
      {grave ? <TriangleAlert size={11} aria-hidden /> : null}
      {formatCount(count)}
    </span>
  );
}

const signal = (
  id: string,
  header: ColumnSpec<SessionRow>["header"],
  from: "md" | "xl",
  countOf: (session: SessionRow) => number,
  grave = false,
): ColumnSpec<SessionRow> => ({
  id,
  header,
  track: "3.9rem",
  align: "end",
  from,
  cell: (session) => <Signal count={countOf(session)} grave={grave} />,
});

export const sessionColumns = (query: string) =>
  defineColumns<SessionRow>([
    {
      id: "session",
      header: "Session",
      track: "minmax(6rem,0.9fr)",
      narrowTrack: "minmax(0,1fr)",
      cell: (session) => (
        <RowLink href={`/sessions/${encodeURIComponent(session.id)}${query}`}>
          <InertText text={session.id} max={64} className="font-mono text-xs font-medium" />
        </RowLink>
      ),
    },
    {
      id: "last",
      header: (
        <SortHeader sort="last_activity" usual="last_activity">
          Last call
        </SortHeader>
      ),
      track: "4.9rem",
      cell: (session) => <Instant atMs={session.lastCallAtMs} show="relative" className="text-soft" />,
    },
    {
      id: "client",
      header: "Client",
      track: "minmax(5rem,0.9fr)",
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
      track: "minmax(4.5rem,0.8fr)",
      from: "md",
      cell: (session) =>
        session.principals.length === 0 ? (
          <span className="text-soft">–</span>
        ) : (
          <InertText text={session.principals.join(", ")} max={80} />
        ),
    },
    {
      id: "servers",
      header: "Servers",
      track: "minmax(4rem,0.9fr)",
      from: "2xl",
      cell: (session) => <InertText text={session.servers.join(", ")} max={120} className="text-soft" />,
    },
    {
      id: "outcomes",
      header: "Outcomes",
      track: "minmax(4rem,7rem)",
      narrowTrack: "4.5rem",
      cell: (session) => <OutcomeBar outcomes={session.outcomes} />,
    },
    {
      id: "calls",
      header: (
        <SortHeader sort="calls" usual="last_activity">
          Calls
        </SortHeader>
      ),
      track: "2.9rem",
      align: "end",
      cell: (session) => formatCount(session.calls),
    },
    signal(
      "denials",
      <SortHeader sort="denials" usual="last_activity">
        Denials
      </SortHeader>,
      "md",
      (session) => session.denials,
    ),
    signal(
      "retries",
      <SortHeader sort="retries" usual="last_activity">
        Retries
      </SortHeader>,
      "md",
      (session) => session.retries,
    ),
    signal(
      "errors",
      <SortHeader sort="errors" usual="last_activity">
        Errors
      </SortHeader>,
      "md",
      (session) => session.errors,
    ),
    signal("replays", "Replays", "xl", (session) => session.replays),
    signal("doubles", <span title="Possible double writes">Doubles</span>, "xl", (session) => session.repeats, true),
    signal("unknown", <span title="Effect unknown">Unknown</span>, "xl", (session) => session.unknownEffects, true),
    {
      id: "duration",
      header: "Duration",
      track: "4.3rem",
      align: "end",
      from: "xl",
      cell: (session) => (
        <span className="text-soft">
          {session.calls === 1 ? "–" : formatDuration((session.lastCallAtMs - session.firstCallAtMs) * 1000)}
        </span>
      ),
    },
  ]);
