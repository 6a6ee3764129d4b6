import "server-only";
import type { CallSummary } from "@tachograph/ledger";
import type { CallRow } from "../calls/call-row.ts";

/** What a list may know of a call: chosen field by field, so that a new column does not reach browsers by itself. */
export function callRowOf(call: CallSummary, project: string): CallRow {
  return {
    project,
    id: call.id,
    startedAtMs: call.startedAt,
    durationUs: call.durationUs,
    serverName: call.serverName,
    tool: call.tool,
    outcome: call.outcome,
    effect: call.effect,
    mutability: call.mutability,
    retryKind: call.retryKind,
    attempt: call.attempt,
    retryOf: call.retryOf,
    principal: call.principal,
    clientName: call.clientName,
    sessionId: call.sessionId,
    errorCode: call.errorCode,
    errorMessage: call.errorMessage,
    reason: call.reason,
    rule: call.rule,
    wouldDeny: call.wouldDeny,
    wasExecuted: call.phase === "executed" || call.phase === "answered",
    operationId: call.operationId,
    originalCallId: call.originalCallId,
    argumentsBytes: call.argumentsBytes,
    resultBytes: call.resultBytes,
  };
}
