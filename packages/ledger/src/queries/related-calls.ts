import { firstIdAt, idTime } from "@tachograph/record";
import type { Ledger } from "../connection.ts";
import { findCall, summaryFields, type CallSummary } from "./calls.ts";
import { withInstants } from "./instants.ts";
import { HOUR_MS } from "./window.ts";

const REACH_MS = 2 * HOUR_MS;
const MAX_CANDIDATES = 250;

/**
 * The retry group of a call, oldest first, the call itself included: what is linked to it by `retryOf` or
 * `originalCallId`, directly or through others. Looks two hours and 250 calls of the same session and tool each way.
 */
export async function listRelatedCalls(
  ledger: Ledger,
  { project, id }: { project: string; id: string },
): Promise<CallSummary[]> {
  const call = await findCall(ledger, { project, id });
  if (!call) return [];
  const candidates = ledger.db
    .selectFrom("toolCalls")
    .select(summaryFields)
    .where("project", "=", project)
    .where("serverName", "=", call.serverName)
    .where("tool", "is not distinct from", call.tool)
    .where("sessionId", "is not distinct from", call.sessionId)
    .limit(MAX_CANDIDATES);
  const [before, after, originals] = await Promise.all([
    candidates
      .where("id", ">=", firstIdAt(idTime(id) - REACH_MS))
      .where("id", "<", id)
      .orderBy("id", "desc")
      .execute(),
    candidates
      .where("id", ">=", id)
      .where("id", "<", firstIdAt(idTime(id) + REACH_MS))
      .orderBy("id")
      .execute(),
    ledger.db
      .selectFrom("toolCalls")
      .select(summaryFields)
      .where("project", "=", project)
      .where("id", "in", [call.retryOf, call.originalCallId].filter((link) => link !== null).concat(id))
      .execute(),
  ]);
  const byId = new Map([...before, ...after, ...originals].map((row) => [row.id, withInstants(row)]));
  return linkedTo(id, byId);
}

function linkedTo(id: string, byId: ReadonlyMap<string, CallSummary>): CallSummary[] {
  const neighbours = new Map<string, string[]>();
  const link = (one: string, other: string): void => {
    neighbours.set(one, [...(neighbours.get(one) ?? []), other]);
    neighbours.set(other, [...(neighbours.get(other) ?? []), one]);
  };
  for (const call of byId.values()) {
    for (const other of [call.retryOf, call.originalCallId]) if (other !== null) link(call.id, other);
  }
  const reached = new Set([id]);
  for (const current of reached) for (const next of neighbours.get(current) ?? []) reached.add(next);
  return [...reached]
    .toSorted()
    .map((member) => byId.get(member))
    .filter((call) => call !== undefined);
}
