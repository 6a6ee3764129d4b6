import type { Ledger } from "@tachograph/ledger";
import type { Outcome } from "@tachograph/record";
import { linesOf } from "./executions.ts";
import type { Place } from "./place.ts";
import type { Delivery } from "./deliver.ts";

export interface Row {
  id: string;
  traceId: string | null;
  outcome: Outcome;
  operationId: string | null;
  reason: string | null;
}

export const listRows = async (ledger: Ledger): Promise<Row[]> =>
  ledger.db.selectFrom("toolCalls").select(["id", "traceId", "outcome", "operationId", "reason"]).execute();

/** What is wrong with the trail: nothing, where each delivery that a gate took is one row. */
export async function faultsOfTrail(ledger: Ledger, place: Place, deliveries: readonly Delivery[]): Promise<string[]> {
  const rowsOf = new Map<string, Row[]>();
  for (const row of await listRows(ledger)) {
    const traceId = row.traceId ?? "none";
    rowsOf.set(traceId, [...(rowsOf.get(traceId) ?? []), row]);
  }
  const known = new Set(deliveries.map(({ traceId }) => traceId));
  const received = new Set(linesOf(place.received));
  const answered = deliveries.filter(({ answer }) => answer !== undefined).map(({ traceId }) => traceId);
  const expected = new Set([...received, ...answered]);
  return [
    ...[...expected].filter((traceId) => !rowsOf.has(traceId)).map((traceId) => `no row: ${traceId}`),
    ...[...rowsOf].filter(([, rows]) => rows.length > 1).map(([traceId, { length }]) => `${length} rows: ${traceId}`),
    ...[...rowsOf.keys()].filter((traceId) => !known.has(traceId)).map((traceId) => `nobody's row: ${traceId}`),
    ...deliveries.flatMap(({ traceId, answer }) => {
      const outcome = rowsOf.get(traceId)?.[0]?.outcome;
      const told = answer === undefined || outcome === undefined ? [] : contradictions(answer, outcome);
      return told.map((text) => `${text}: ${traceId}`);
    }),
  ];
}

function contradictions({ isError, replayed, told }: NonNullable<Delivery["answer"]>, outcome: Outcome): string[] {
  const expected: Outcome | undefined = replayed
    ? "duplicate_replayed"
    : isError
      ? (outcomesByCode[told.code ?? ""] ?? undefined)
      : "ok";
  return expected === undefined || expected === outcome ? [] : [`answered as ${expected}, recorded as ${outcome}`];
}

const outcomesByCode: Record<string, Outcome> = {
  held: "held",
  audit_unavailable: "audit_unavailable",
  duplicate_in_flight: "duplicate_in_flight",
  key_conflict: "key_conflict",
};

export const findRow = async (ledger: Ledger, { traceId }: Delivery): Promise<Row | undefined> =>
  (await listRows(ledger)).find((row) => row.traceId === traceId);
