import { idTime, isUuid, type CallRecord } from "@tachograph/record";
import { sql } from "kysely";
import { callFields } from "../call-columns.ts";
import type { Ledger } from "../connection.ts";
import { andFilter, type CallFilter } from "./call-filter.ts";
import { callVolume, isRolledUp, WORTH_ROLLUP_MS } from "./call-volume.ts";
import { withInstants } from "./instants.ts";
import { above, isLed, lookBack } from "./look-back.ts";
import {
  cappedCount,
  COUNT_CAP,
  decodeCursor,
  encodeCursor,
  pageOf,
  type CappedCount,
  type SearchedPage,
} from "./page.ts";
import { idsIn, type Scope } from "./window.ts";

/** What a list shows of a call. */
export const summaryFields = [
  "id",
  "sessionId",
  "seq",
  "toolUseId",
  "instanceId",
  "serverName",
  "tool",
  "transport",
  "clientName",
  "principal",
  "mutability",
  "outcome",
  "effect",
  "phase",
  "rule",
  "reason",
  "wouldDeny",
  "errorCode",
  "errorMessage",
  "retryClass",
  "retryAfterMs",
  "retryKind",
  "attempt",
  "retryOf",
  "operationId",
  "originalCallId",
  "startedAt",
  "durationUs",
  "argumentsBytes",
  "resultBytes",
  "redactions",
  "truncated",
] as const satisfies readonly (keyof CallRecord)[];

export type CallSummary = Pick<CallRecord, (typeof summaryFields)[number]>;

/** A call as stored; instants are milliseconds since the epoch. */
export interface StoredCall extends CallRecord {
  recordedAt: number;
}

const isIdKey = ([id, ...rest]: unknown[]): boolean => typeof id === "string" && isUuid(id) && rest.length === 0;

/** The id in the cursor of a list of calls. @throws {LedgerError} `bad_cursor` */
export const idInCursor = (cursor: string): string => String(decodeCursor(cursor, isIdKey)[0]);

/** The rows that the first step of a search looks at; each next one looks at four times as many. */
const FIRST_STEP_ROWS = 2_000;
const MAX_STEP_ROWS = 50_000;
const SEARCH_WITHIN_MS = 1_000;

/**
 * The calls of a window, newest first unless asked otherwise. Where no index leads to what is asked for, the newest are
 * searched back in steps until the page is full or a second has passed.
 */
export async function listCalls(
  ledger: Ledger,
  options: Scope & {
    filter?: CallFilter;
    limit: number;
    cursor?: string;
    order?: "newest" | "oldest";
    searchWithinMs?: number;
  },
): Promise<SearchedPage<CallSummary>> {
  const { filter = {}, limit, cursor, order = "newest", searchWithinMs = SEARCH_WITHIN_MS } = options;
  const after = cursor === undefined ? undefined : idInCursor(cursor);
  if (order === "oldest" || isLed(filter)) {
    const rows = await readCalls(ledger, { ...options, after, order, limit: limit + 1 });
    return { ...pageOf(rows, limit, ({ id }) => [id]), searchedTo: null };
  }

  const stopAt = performance.now() + searchWithinMs;
  const found: CallSummary[] = [];
  let beforeId = after;
  for (let step = FIRST_STEP_ROWS; ; step = Math.min(step * 4, MAX_STEP_ROWS)) {
    const { afterId } = await lookBack(ledger, { ...options, beforeId, rows: step });
    const missing = limit + 1 - found.length;
    found.push(...(await readCalls(ledger, { ...options, after: beforeId, above: afterId, order, limit: missing })));
    if (found.length > limit || afterId === null) {
      return { ...pageOf(found, limit, ({ id }) => [id]), searchedTo: null };
    }
    if (performance.now() > stopAt) {
      // The row that ended the step was not looked at: its place is the next one's.
      return { rows: found, nextCursor: encodeCursor([nextId(afterId)]), searchedTo: idTime(afterId) };
    }
    beforeId = nextId(afterId);
  }
}

/** The id after one, so that "before" it includes the one itself. */
function nextId(id: string): string {
  const next = (BigInt(`0x${id.replaceAll("-", "")}`) + 1n).toString(16).padStart(32, "0");
  return next.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

async function readCalls(
  ledger: Ledger,
  options: Scope & {
    filter?: CallFilter;
    limit: number;
    after: string | undefined;
    above?: string | null;
    order: "newest" | "oldest";
  },
): Promise<CallSummary[]> {
  const { project, filter = {}, limit, after, above: lowest = null, order } = options;
  const rows = await ledger.db
    .selectFrom("toolCalls")
    .select(summaryFields)
    .where("project", "=", project)
    .where(sql<boolean>`${idsIn(options)} ${above({ afterId: lowest })} ${andFilter(filter)}`)
    .$if(after !== undefined, (query) => query.where("id", order === "newest" ? "<" : ">", after ?? ""))
    .orderBy("id", order === "newest" ? "desc" : "asc")
    .limit(limit)
    .execute();
  return rows.map(withInstants);
}

/** How many calls there are: all of them where a rollup knows, else up to 10,000 of those that are looked at. */
export async function countCalls(ledger: Ledger, options: Scope & { filter?: CallFilter }): Promise<CappedCount> {
  const { project, filter = {} } = options;
  if (isRolledUp(filter) && options.to - options.from >= WORTH_ROLLUP_MS) {
    const { rows } = await sql<{ calls: number }>`
      select coalesce(sum(calls), 0)::bigint as calls from (${callVolume(options)}) as volume`.execute(ledger.db);
    return { count: rows[0]?.calls ?? 0, capped: false };
  }
  const looked = isLed(filter) ? { afterId: null } : await lookBack(ledger, options);
  const { rows } = await sql<{ calls: number }>`
    select count(*)::int as calls from (
      select from tool_calls where project = ${project} and ${idsIn(options)} ${above(looked)} ${andFilter(filter)}
      limit ${COUNT_CAP + 1}
    ) as counted`.execute(ledger.db);
  const { count, capped } = cappedCount(rows[0]?.calls ?? 0);
  return { count, capped: capped || looked.afterId !== null };
}

/** Quick without a time window: the id is what the table is partitioned by. */
export async function findCall(
  ledger: Ledger,
  { project, id }: { project: string; id: string },
): Promise<StoredCall | undefined> {
  if (!isUuid(id)) return undefined;
  const row = await ledger.db
    .selectFrom("toolCalls")
    .select([...callFields, "recordedAt"])
    .where("project", "=", project)
    .where("id", "=", id)
    .executeTakeFirst();
  return row && withInstants(row);
}
