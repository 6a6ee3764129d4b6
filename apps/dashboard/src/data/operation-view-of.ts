import "server-only";
import type { StoredOperation } from "@tachograph/ledger";
import type { OperationView } from "../calls/operation-view.ts";

/** What the dashboard shows of an operation: chosen field by field, as for a call. */
export function operationViewOf(operation: StoredOperation, deliveries: number | null): OperationView {
  return {
    id: operation.id,
    state: operation.state,
    effect: operation.effect,
    executions: operation.attempt,
    deliveries,
    executedBy: operation.callId,
    settledAtMs: operation.settledAt,
    retryAtMs: operation.retryAt,
    isAbandoned: operation.state === "in_flight" && operation.leaseExpiresAt < Date.now(),
    isLate: operation.late,
    resolvedBy: operation.resolvedBy,
    resolvedReason: operation.resolvedReason,
  };
}
