import { isUuid, type CallRecord } from "@tachograph/record";
import { sql } from "kysely";
import { callFields } from "../call-columns.ts";
import type { Ledger } from "../connection.ts";
import { andFilter, type CallFilter } from "./call-filter.ts";
import { withInstants } from "./instants.ts";
import { cappedCount, COUNT_CAP, decodeCursor, pageOf, type CappedCount, type Page } from "./page.ts";
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

/** The calls of a window, newest first unless asked otherwise. */
export async function listCalls(
  ledger: Ledger,
  options: Scope & { filter?: CallFilter; limit: number; cursor?: string; order?: "newest" | "oldest" },
): Promise<Page<CallSummary>> {
  const { project, filter = {}, limit, cursor, order = "newest" } = options;
  const after = cursor === undefined ? undefined : idInCursor(cursor);
  const rows = await ledger.db
    .selectFrom("toolCalls")
    .select(summaryFields)
    .where("project", "=", project)
    .where(sql<boolean>`${idsIn(options)} ${andFilter(filter)}`)
    .$if(after !== undefined, (query) => query.where("id", order === "newest" ? "<" : ">", after ?? ""))
    .orderBy("id", order === "newest" ? "desc" : "asc")
    .limit(limit + 1)
    .execute();
  return pageOf(rows.map(withInstants), limit, ({ id }) => [id]);
}

/** How many calls there are, up to 10,000. */
export async function countCalls(ledger: Ledger, options: Scope & { filter?: CallFilter }): Promise<CappedCount> {
  const { rows } = await sql<{ calls: number }>`
    select count(*)::int as calls from (
      select from tool_calls where project = ${options.project} and ${idsIn(options)} ${andFilter(options.filter ?? {})}
      limit ${COUNT_CAP + 1}
    ) as counted`.execute(ledger.db);
  return cappedCount(rows[0]?.calls ?? 0);
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
