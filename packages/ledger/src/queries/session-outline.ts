import { storable, type CallRecord } from "@tachograph/record";
import { sql } from "kysely";
import type { Ledger } from "../connection.ts";
import { conditionsOf } from "./call-filter.ts";
import { withInstants } from "./instants.ts";
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
  "startedAt",
  "durationUs",
] as const satisfies readonly (keyof CallRecord)[];

/** What a drawing of a whole session needs of a call. */
export type OutlineCall = Pick<CallRecord, (typeof outlineFields)[number]> & {
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
  const matches = text === undefined ? sql<boolean>`true` : sql<boolean>`coalesce(${conditionsOf.text(text)}, false)`;
  let after: string | undefined;
  for (let limit = firstPiece; ; limit = piece) {
    const rows = await ledger.db
      .selectFrom("toolCalls")
      .select(outlineFields)
      .select(matches.as("matches"))
      .where("project", "=", project)
      .where("sessionId", "=", storable(sessionId))
      .where("id", after === undefined ? ">=" : ">", after ?? session.firstCallId)
      .where("id", "<=", session.lastCallId)
      .orderBy("id")
      .limit(limit)
      .execute();
    if (rows.length > 0) yield rows.map(withInstants);
    if (rows.length < limit) return;
    after = rows.at(-1)?.id;
  }
}
