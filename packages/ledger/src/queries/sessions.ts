import { firstIdAt, isUuid, storable } from "@tachograph/record";
import { sql, type RawBuilder, type Selectable } from "kysely";
import type { Ledger } from "../connection.ts";
import type { SessionsTable } from "../database.ts";
import { literally } from "./call-filter.ts";
import { withInstants, type WithInstants } from "./instants.ts";
import { cappedCount, COUNT_CAP, decodeCursor, pageOf, type CappedCount, type Page } from "./page.ts";
import type { Scope } from "./window.ts";

/** A session's rollup; instants are milliseconds since the epoch. */
export type SessionSummary = WithInstants<Omit<Selectable<SessionsTable>, "project">>;

/** By the last call, or by a number of the session: its column. */
export const sessionSorts = [
  "last_activity",
  "risk",
  "calls",
  "refusals",
  "denials",
  "errors",
  "retries",
  "replays",
  "repeats",
  "unknown_effects",
  "duration_ms",
] as const;
export type SessionSort = (typeof sessionSorts)[number];

/** Counters that a session can be chosen by: those with at least one. */
export const sessionSignals = ["repeats", "unknown_effects", "denials", "retries", "errors", "replays"] as const;
export type SessionSignal = (typeof sessionSignals)[number];

/** What is left out does not filter. Members of one list are alternatives. */
export interface SessionFilter {
  clients?: readonly string[];
  principals?: readonly string[];
  servers?: readonly string[];
  tools?: readonly string[];
  /** Only sessions with at least one of these. */
  onlyWith?: readonly SessionSignal[];
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
  "durationMs",
  "risk",
] as const satisfies readonly (keyof SessionsTable)[];

const textArray = (members: readonly string[]): RawBuilder<string[]> => sql`${members.map(storable)}::text[]`;

/** One condition for each field of the filter that is given. */
const conditionsOf: {
  [Field in keyof SessionFilter]-?: (value: NonNullable<SessionFilter[Field]>) => RawBuilder<boolean>;
} = {
  clients: (members) => sql`client_name = any(${textArray(members)})`,
  principals: (members) => sql`principals && ${textArray(members)}`,
  servers: (members) => sql`servers && ${textArray(members)}`,
  tools: (members) => sql`tools && ${textArray(members)}`,
  onlyWith: (signals) =>
    sql`(${sql.join(
      signals.map((signal) => sql`${sql.ref(signal)} > 0`),
      sql` or `,
    )})`,
  search: (text) => {
    const pattern = `%${literally(text)}%`;
    return sql`(session_id ilike ${pattern} or client_name ilike ${pattern}
      or exists (select from unnest(principals || servers || tools) as member where member ilike ${pattern}))`;
  },
};

/** Sessions with calls on both sides of an edge of the window belong to it as well. */
export const activeIn = ({ project, from, to }: Scope): RawBuilder<boolean> =>
  sql`project = ${project} and last_call_id >= ${firstIdAt(from)}::uuid and first_call_id < ${firstIdAt(to)}::uuid`;

export function matching(filter: SessionFilter): RawBuilder<boolean> {
  const given = (Object.keys(conditionsOf) as (keyof SessionFilter)[]).flatMap((field) => {
    const value = filter[field];
    return value === undefined || value.length === 0
      ? []
      : [(conditionsOf[field] as (given: unknown) => RawBuilder<boolean>)(value)];
  });
  return given.length === 0 ? sql`true` : sql.join(given, sql` and `);
}

const inScope = (scope: Scope & SessionFilter): RawBuilder<boolean> => sql`${activeIn(scope)} and ${matching(scope)}`;

const isIdKey = ([id]: unknown[]): boolean => typeof id === "string" && isUuid(id);
const isRankedKey = ([rank, ...rest]: unknown[]): boolean => Number.isSafeInteger(rank) && isIdKey(rest);

function rankOf(session: SessionSummary, sort: Exclude<SessionSort, "last_activity">): number {
  if (sort === "unknown_effects") return session.unknownEffects;
  return sort === "duration_ms" ? session.durationMs : session[sort];
}

/** The sessions that were active in a window, most first. */
export async function listSessions(
  ledger: Ledger,
  options: Scope & SessionFilter & { sort?: SessionSort; limit: number; cursor?: string },
): Promise<Page<SessionSummary>> {
  const { sort = "last_activity", limit, cursor } = options;
  const query = ledger.db.selectFrom("sessions").select(columns).where(inScope(options));
  const byLastCall = (before: unknown, most: number) =>
    query
      .$if(before !== undefined, (page) => page.where("lastCallId", "<", String(before)))
      .orderBy("lastCallId", "desc")
      .limit(most);
  if (sort === "last_activity") {
    const key = cursor === undefined ? undefined : decodeCursor(cursor, isIdKey);
    const rows = await byLastCall(key?.[0], limit + 1).execute();
    return pageOf(rows.map(withInstants), limit, ({ lastCallId }) => [lastCallId]);
  }
  // Those that have any, and then those that have none: for each an index leads the way.
  const [rank, lastId] = cursor === undefined ? [] : decodeCursor(cursor, isRankedKey);
  const rows =
    rank === 0
      ? []
      : await query
          .where(sql<boolean>`${sql.ref(sort)} > 0`)
          .$if(rank !== undefined, (page) =>
            page.where(sql<boolean>`(${sql.ref(sort)}, last_call_id) < (${rank}::bigint, ${lastId}::uuid)`),
          )
          .orderBy(sql.ref(sort), "desc")
          .orderBy("lastCallId", "desc")
          .limit(limit + 1)
          .execute();
  const missing = limit + 1 - rows.length;
  if (missing > 0) {
    const none = byLastCall(rank === 0 ? lastId : undefined, missing).where(sql<boolean>`${sql.ref(sort)} = 0`);
    rows.push(...(await none.execute()));
  }
  return pageOf(rows.map(withInstants), limit, (session) => [rankOf(session, sort), session.lastCallId]);
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
