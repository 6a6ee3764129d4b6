import {
  storable,
  type CallRecord,
  type ClaimRequest,
  type ConfirmedRepeat,
  type KeptResult,
  type OperationSnapshot,
  type Ownership,
  type Settlement,
} from "@tachograph/record";
import { jsonText } from "../row-json.ts";
import type { SqlValue } from "./operation-pool.ts";
import { settleSql, settleWithResultSql, type OperationRow } from "./operation-sql.ts";
import type { ResultCipher } from "./result-cipher.ts";

/** Answers larger than this are not kept for replays. */
export const MAX_RESULT_BYTES = 64 * 1024;

const text = (value: string | null): string | null => (value === null ? null : storable(value));

/** JSON text that Postgres can hold. */
export const callText = (call: CallRecord): string => jsonText(call);

export const nameOf = ({ project, operationId }: Pick<Ownership, "project" | "operationId">): [string, string] => [
  storable(project),
  storable(operationId),
];

export const guardOf = ({ guard }: ClaimRequest): string | null => text(guard);

/** For `claimSql`, without the count of deliveries. */
export function claimValues(request: ClaimRequest): SqlValue[] {
  const { call } = request;
  return [
    ...identityValues(request),
    storable(call.serverName),
    storable(call.tool ?? ""),
    text(call.principal),
    ...executionValues(request),
  ];
}

/** For `takeSql`. */
export const takeValues = (request: ClaimRequest): SqlValue[] => [
  ...identityValues(request),
  ...executionValues(request),
];

const identityValues = (request: ClaimRequest): SqlValue[] => [
  ...nameOf(request),
  request.mode,
  request.keySource,
  request.fingerprint,
  guardOf(request),
  request.ownerToken,
  request.leaseMs,
];

const executionValues = ({ call }: ClaimRequest): SqlValue[] => [text(call.sessionId), call.id, callText(call)];

export function confirmValues(request: ConfirmedRepeat): SqlValue[] {
  const { call } = request;
  return [
    ...nameOf(request),
    request.attempt,
    request.fingerprint,
    text(call.principal),
    request.expiresAt,
    request.ownerToken,
    request.leaseMs,
    ...executionValues(request),
  ];
}

/** The result as it is stored, and what is said about it. */
export function resultValues(
  cipher: ResultCipher,
  operation: { project: string; operationId: string },
  { result, keptResult }: { result: string | null; keptResult: KeptResult },
): { stored: Uint8Array | null; kept: KeptResult } {
  if (result === null) return { stored: null, kept: keptResult === "stored" ? "not_kept" : keptResult };
  if (Buffer.byteLength(result) > MAX_RESULT_BYTES) return { stored: null, kept: "too_large" };
  return { stored: cipher.seal(operation, result), kept: "stored" };
}

/** The statement that settles, and its values. */
export function settleStatement(cipher: ResultCipher, settlement: Settlement): [statement: string, values: SqlValue[]] {
  const { stored, kept } = resultValues(cipher, settlement, settlement);
  const released = settlement.released === true;
  const values = [
    ...nameOf(settlement),
    settlement.ownerToken,
    settlement.state,
    settlement.effect,
    released ? 0 : (settlement.retryAfterMs ?? 0),
    kept,
    settlement.retentionMs,
    released ? 1 : 0,
    settlement.call.id,
    callText(settlement.call),
  ];
  return stored === null ? [settleSql, values] : [settleWithResultSql, [...values, stored]];
}

/** A snapshot; a result that cannot be decrypted counts as not kept. */
export function snapshotOf(row: OperationRow, cipher: ResultCipher): OperationSnapshot {
  const { ownerToken: _, late: __, ...fields } = row.operation;
  if (row.result === null || row.result === undefined) return { ...fields, result: null };
  const result = cipher.open(fields, row.result);
  if (result === undefined) return { ...fields, result: null, keptResult: "not_kept" };
  return { ...fields, result };
}
