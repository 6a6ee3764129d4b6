import "server-only";
import { countSessions, findSession, listSessions, type SessionSummary } from "@tachograph/ledger";
import type { CappedCount } from "../calls/call-row.ts";
import type { SessionParams } from "../sessions/session-params.ts";
import type { SessionRow } from "../sessions/session-row.ts";
import type { Page } from "../table/use-pages.ts";
import { timeWindowOf } from "../time/time-window.ts";
import { getLedger } from "./ledger.ts";
import { authorize } from "./viewer.ts";

const PAGE_ROWS = 60;

const scopeOf = (params: SessionParams) => ({
  project: params.project,
  ...timeWindowOf(params, Date.now()),
  sort: params.sort,
  onlyWith: params.only ?? undefined,
  client: params.client ?? undefined,
  principal: params.principal ?? undefined,
  server: params.server ?? undefined,
  search: params.q ?? undefined,
});

function sessionRowOf(session: SessionSummary, project: string): SessionRow {
  return {
    project,
    id: session.sessionId,
    source: session.sessionSource,
    clientName: session.clientName,
    clientVersion: session.clientVersion,
    principals: session.principals,
    servers: session.servers,
    firstCallAtMs: session.firstCallAt,
    lastCallAtMs: session.lastCallAt,
    calls: session.calls,
    outcomes: session.outcomes,
    refusals: session.refusals,
    denials: session.denials,
    retries: session.retries,
    corrections: session.corrections,
    replays: session.replays,
    repeats: session.repeats,
    errors: session.errors,
    unknownEffects: session.unknownEffects,
  };
}

/** The rows of the sessions screen. */
export async function listSessionRows(
  params: SessionParams,
  { cursor }: { cursor?: string } = {},
): Promise<Page<SessionRow>> {
  await authorize("rows", params.project);
  const page = await listSessions(getLedger(), { ...scopeOf(params), limit: PAGE_ROWS, cursor });
  return { rows: page.rows.map((session) => sessionRowOf(session, params.project)), nextCursor: page.nextCursor };
}

export async function countSessionRows(params: SessionParams): Promise<CappedCount> {
  await authorize("rows", params.project);
  return countSessions(getLedger(), scopeOf(params));
}

/** One session; undefined where there is none. */
export async function findSessionRow({
  project,
  sessionId,
}: {
  project: string;
  sessionId: string;
}): Promise<SessionRow | undefined> {
  await authorize("rows", project);
  const session = await findSession(getLedger(), { project, sessionId });
  return session && sessionRowOf(session, project);
}
