import { firstIdAt, isUuid, storable } from "@tachograph/record";
import { sql, type RawBuilder, type Selectable } from "kysely";
import type { Ledger } from "../connection.ts";
import type { SessionsTable } from "../database.ts";
import { literally } from "./call-filter.ts";
import { idInCursor, summaryFields, type CallSummary } from "./calls.ts";
import { withInstants, type WithInstants } from "./instants.ts";
import { cappedCount, COUNT_CAP, decodeCursor, pageOf, type CappedCount, type Page } from "./page.ts";
import type { Scope } from "./window.ts";

/** A session's rollup; instants are milliseconds since the epoch. */
export type SessionSummary = WithInstants<Omit<Selectable<SessionsTable>, "project">>;

export const sessionSorts = ["last_activity", "calls", "denials", "retries", "errors"] as const;
export type SessionSort = (typeof sessionSorts)[number];

export const sessionSignals = ["denials", "retries", "unknown_effects", "errors"] as const;
export type SessionSignal = (typeof sessionSignals)[number];

export interface SessionFilter {
  client?: string;
  principal?: string;
  server?: string;
  /** Only sessions with at least one of these. */
  onlyWith?: SessionSignal;
  /** Part of the session id, client, principals, servers or tools, in any case. */
  search?: string;
}

const columns = [
  "sessionId",
  "sessionSource",
  "clientName",
  "clientVersion",
  "principals",
  "servers",
  "tools",
  "firstCallId",
  "lastCallId",
  "firstCallAt",
  "lastCallAt",
  "calls",
  "outcomes",
  "refusals",
  "denials",
  "errors",
  "retries",
  "corrections",
  "replays",
  "repeats",
  "unknownEffects",
] as const satisfies readonly (keyof SessionsTable)[];

/** Sessions with calls on both sides of an edge of the window belong to it as well. */
function inScope(scope: Scope & SessionFilter): RawBuilder<boolean> {
  const { project, from, to, client, principal, server, onlyWith, search } = scope;
  const conditions = [
    sql`project = ${project}`,
    sql`last_call_id >= ${firstIdAt(from)}::uuid and first_call_id < ${firstIdAt(to)}::uuid`,
  ];
  if (client !== undefined) conditions.push(sql`client_name = ${storable(client)}`);
  if (principal !== undefined) conditions.push(sql`${storable(principal)} = any(principals)`);
  if (server !== undefined) conditions.push(sql`${storable(server)} = any(servers)`);
  if (onlyWith !== undefined) conditions.push(sql`${sql.ref(onlyWith)} > 0`);
  if (search !== undefined) {
    const pattern = `%${literally(search)}%`;
    conditions.push(sql`(session_id ilike ${pattern} or client_name ilike ${pattern}
      or exists (select from unnest(principals || servers || tools) as member where member ilike ${pattern}))`);
  }
  return sql.join(conditions, sql` and `);
}

const isIdKey = ([id]: unknown[]): boolean => typeof id === "string" && isUuid(id);
const isRankedKey = ([rank, ...rest]: unknown[]): boolean => Number.isSafeInteger(rank) && isIdKey(rest);

/** The sessions that were active in a window, most first. */
export async function listSessions(
  ledger: Ledger,
  options: Scope & SessionFilter & { sort?: SessionSort; limit: number; cursor?: string },
): Promise<Page<SessionSummary>> {
  const { sort = "last_activity", limit, cursor } = options;
  const query = ledger.db
    .selectFrom("sessions")
    .select(columns)
    .where(inScope(options))
    .limit(limit + 1);
  if (sort === "last_activity") {
    const key = cursor === undefined ? undefined : decodeCursor(cursor, isIdKey);
    const rows = await query
      .$if(key !== undefined, (page) => page.where("lastCallId", "<", String(key?.[0])))
      .orderBy("lastCallId", "desc")
      .execute();
    return pageOf(rows.map(withInstants), limit, ({ lastCallId }) => [lastCallId]);
  }
  const key = cursor === undefined ? undefined : decodeCursor(cursor, isRankedKey);
  const rows = await query
    .$if(key !== undefined, (page) =>
      page.where(sql<boolean>`(${sql.ref(sort)}, last_call_id) < (${key?.[0]}::bigint, ${key?.[1]}::uuid)`),
    )
    .orderBy(sort, "desc")
    .orderBy("lastCallId", "desc")
    .execute();
  return pageOf(rows.map(withInstants), limit, (session) => [session[sort], session.lastCallId]);
}

/** How many sessions there are, up to 10,000. */
export async function countSessions(ledger: Ledger, options: Scope & SessionFilter): Promise<CappedCount> {
  const { rows } = await sql<{ sessions: number }>`
    select count(*)::int as sessions from (
      select from sessions where ${inScope(options)} limit ${COUNT_CAP + 1}
    ) as counted`.execute(ledger.db);
  return cappedCount(rows[0]?.sessions ?? 0);
}

export async function findSession(
  ledger: Ledger,
  { project, sessionId }: { project: string; sessionId: string },
): Promise<SessionSummary | undefined> {
  const row = await ledger.db
    .selectFrom("sessions")
    .select(columns)
    .where("project", "=", project)
    .where("sessionId", "=", storable(sessionId))
    .executeTakeFirst();
  return row && withInstants(row);
}

/** The calls of a session, oldest first. */
export async function listSessionCalls(
  ledger: Ledger,
  options: { project: string; sessionId: string; limit: number; cursor?: string },
): Promise<Page<CallSummary>> {
  const { project, limit, cursor } = options;
  const after = cursor === undefined ? undefined : idInCursor(cursor);
  const session = await findSession(ledger, options);
  if (!session) return { rows: [], nextCursor: null };
  const rows = await ledger.db
    .selectFrom("toolCalls")
    .select(summaryFields)
    .where("project", "=", project)
    .where("sessionId", "=", session.sessionId)
    .where("id", ">=", session.firstCallId)
    .where("id", "<=", session.lastCallId)
    .$if(after !== undefined, (page) => page.where("id", ">", after ?? ""))
    .orderBy("id")
    .limit(limit + 1)
    .execute();
  return pageOf(rows.map(withInstants), limit, ({ id }) => [id]);
}
