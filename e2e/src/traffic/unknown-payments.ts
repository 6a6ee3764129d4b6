import { randomUUID } from "node:crypto";
import type { Ledger } from "@tachograph/ledger";
import type { ClaimRequest } from "@tachograph/record";
import { callAt } from "./call-at.ts";
import type { Random } from "./random.ts";

/** Who made them; nobody else of the seeded traffic has this name. */
export const TREASURER = "treasurer@example.com";

/** Payments of which the bank never answered: claimed, executed, and settled as unknown. */
export async function recordUnknownPayments(ledger: Ledger, random: Random, count: number): Promise<void> {
  for (let number = 1; number <= count; number++) {
    const request = unknownPayment(random, number);
    const { project, operationId, ownerToken, call } = request;
    const { decision } = await ledger.claim(request);
    if (decision !== "execute") throw new Error(`the payment was not claimed: ${decision}`);
    const settled = await ledger.settle({
      project,
      operationId,
      ownerToken,
      state: "unknown",
      effect: "unknown",
      retryAfterMs: null,
      result: null,
      keptResult: "not_kept",
      retentionMs: 86_400_000,
      call,
    });
    if (settled !== "settled") throw new Error(`the payment was not settled: ${settled}`);
  }
}

function unknownPayment(random: Random, number: number): ClaimRequest {
  const operationId = random.hex(64);
  const { call } = callAt(random, {
    startedAt: Date.now() - 40_000,
    serverName: "payments",
    tool: "capture_payment",
    mutability: "mutating",
    outcome: "timeout",
    errorCode: "deadline_exceeded",
    errorMessage: `no answer from the bank for payment ${number} in 30 s`,
    durationUs: 30_000_000,
    principal: TREASURER,
    sessionId: "month-end",
    seq: number,
    operationId,
    keySource: "client_meta",
  });
  return {
    project: call.project,
    operationId,
    ownerToken: randomUUID(),
    fingerprint: random.hex(64),
    guard: null,
    mode: "at_most_once",
    keySource: "client_meta",
    leaseMs: 30_000,
    call,
  };
}
