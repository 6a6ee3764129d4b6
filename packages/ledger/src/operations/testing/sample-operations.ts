import type { ClaimRequest, Settlement } from "@tachograph/record";
import { sampleCall } from "@tachograph/record/testing";
import { randomBytes, randomUUID } from "node:crypto";

export const newOperationId = (): string => randomBytes(16).toString("hex");

/** A claim of an operation of its own, with the fields given. */
export function sampleClaim(fields: Partial<ClaimRequest> = {}): ClaimRequest {
  return {
    project: "default",
    operationId: newOperationId(),
    ownerToken: randomUUID(),
    fingerprint: "ab".repeat(32),
    guard: null,
    mode: "at_most_once",
    keySource: "client_meta",
    leaseMs: 30_000,
    call: sampleCall({ tool: "refund_order", mutability: "mutating", outcome: "indeterminate", effect: "unknown" }),
    ...fields,
  };
}

/** Another delivery of the same operation, by another owner. */
export const again = (request: ClaimRequest, fields: Partial<ClaimRequest> = {}): ClaimRequest =>
  sampleClaim({ ...request, ownerToken: randomUUID(), call: { ...request.call, id: sampleCall().id }, ...fields });

export const sampleResult = '{"content":[{"type":"text","text":"refunded"}]}';

/** How the execution of a claim ended: well, unless the fields say otherwise. */
export function settlementOf(request: ClaimRequest, fields: Partial<Settlement> = {}): Settlement {
  const { project, operationId, ownerToken, call } = request;
  const failed = fields.state !== undefined && fields.state !== "completed";
  return {
    project,
    operationId,
    ownerToken,
    state: "completed",
    effect: "applied",
    retryAfterMs: null,
    result: failed ? null : sampleResult,
    keptResult: failed ? "not_kept" : "stored",
    retentionMs: 86_400_000,
    call: failed
      ? { ...call, outcome: "tool_error", effect: fields.effect ?? "none" }
      : { ...call, outcome: "ok", effect: "applied" },
    ...fields,
  };
}

/** Settled as a failure that may be tried again at once. */
export const retryable = (request: ClaimRequest, retryAfterMs = 0): Settlement =>
  settlementOf(request, { state: "failed_retryable", effect: "none", retryAfterMs });
