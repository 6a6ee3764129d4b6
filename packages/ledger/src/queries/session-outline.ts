import { storable, type CallRecord } from "@tachograph/record";
import { sql } from "kysely";
import { snakeCase } from "../call-columns.ts";
import type { Ledger } from "../connection.ts";
import { conditionsOf } from "./call-filter.ts";
import { findSession } from "./sessions.ts";

const outlineFields = [
  "id",
  "seq",
  "instanceId",
  "serverName",
  "tool",
  "mutability",
  "outcome",
  "effect",
  "retryKind",
  "retryOf",
  "operationId",
  "originalCallId",
  "wouldDeny",
  "durationUs",
] as const satisfies readonly (keyof CallRecord)[];

/** What a drawing of a whole session needs of a call. */
export type OutlineCall = Pick<CallRecord, (typeof outlineFields)[number] | "startedAt"> & {
  /** Whether the text that was asked for is in it. */
  matches: boolean;
};

/**
 * The calls of a session, oldest first, in pieces: each is read when it is asked for, so nobody holds a whole session.
 *
 * @param options.text - Marks the calls that hold it; all of them without one.
 */
export async function* readSessionOutline(
  ledger: Ledger,
  options: { project: string; sessionId: string; text?: string; firstPiece: number; piece: number },
): AsyncGenerator<OutlineCall[]> {
  const { project, sessionId, text, firstPiece, piece } = options;
  const session = await findSession(ledger, { project, sessionId });
  if (!session) return;
  const matches = text === undefined ? sql`true` : sql`coalesce(${conditionsOf.text(text)}, false)`;
  const fields = sql.join(outlineFields.map((field) => sql.ref(snakeCase(field))));
  let after: string | undefined;
  for (let limit = firstPiece; ; limit = piece) {
    const start = after === undefined ? sql`id >= ${session.firstCallId}::uuid` : sql`id > ${after}::uuid`;
    // As one JSON text, which is read many times faster than as many rows.
    const { rows } = await sql<{ calls: unknown[][] | null }>`
      select json_agg(json_build_array(
        extract(epoch from started_at)::float8 * 1000, ${matches}, ${fields}) order by id) as calls
      from (
        select * from tool_calls
        where project = ${project} and session_id = ${storable(sessionId)}
          and ${start} and id <= ${session.lastCallId}::uuid
        order by id limit ${limit}
      ) as piece`.execute(ledger.db);
    const calls = rows[0]?.calls?.map(callOf) ?? [];
    if (calls.length > 0) yield calls;
    if (calls.length < limit) return;
    after = calls.at(-1)?.id;
  }
}

function callOf([startedAt, matches, ...values]: unknown[]): OutlineCall {
  const call: Record<string, unknown> = { startedAt: Math.round(startedAt as number), matches };
  for (const [index, field] of outlineFields.entries()) call[field] = values[index];
  return call as OutlineCall;
}
