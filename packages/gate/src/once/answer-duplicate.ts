import type { ClaimAnswer, OperationSnapshot, RetryKind } from "@tachograph/record";
import { errorResult } from "../answers/error-result.ts";
import { toolError } from "../answers/failure-answers.ts";
import {
  alreadyDone,
  held,
  inFlight,
  keyConflict,
  retryLater,
  unknownOutcome,
  type ConfirmRepeat,
} from "../answers/once-answers.ts";
import { replayNotice, type ReplayedResult } from "../answers/replay-notice.ts";
import { isObject } from "../is-object.ts";
import { refuse } from "../pipeline/gated-call.ts";
import { CONFIRM_META_KEY, CONFIRM_WITHIN_MS, makeConfirmToken } from "./confirm-token.ts";
import type { OnceCall } from "./once-call.ts";

/** How long a duplicate should wait for one that is being executed. */
const IN_FLIGHT_RETRY_MS = 2_000;

/** Answers a delivery of an operation that another one executes or has executed. Nothing runs. */
export function answerDuplicate(call: OnceCall, { decision, operation }: ClaimAnswer): unknown {
  const { gated, once } = call;
  const { delivery, tool } = gated;
  noteRetry(call, decision, operation);
  const facts = {
    callId: delivery.call.id,
    tool,
    operationId: operation.operationId,
    originalCallId: operation.callId,
    ...(once.readBackWith === undefined ? {} : { readBackWith: once.readBackWith }),
  };
  const byPerson = once.confirmRepeat === "person";
  switch (decision) {
    case "replay":
      return replay(call, operation, facts);
    case "retry_later": {
      const afterMs = Math.max(1, (operation.retryAt ?? operation.readAt) - operation.readAt);
      return refuse(gated, retryLater({ ...facts, afterMs }), {
        outcome: "duplicate_replayed",
        effect: operation.effect,
        reason: "it failed before, and may be tried again later",
      });
    }
    case "in_flight":
      return refuse(gated, inFlight({ ...facts, afterMs: IN_FLIGHT_RETRY_MS }), { outcome: "duplicate_in_flight" });
    case "unknown": {
      const confirm = confirmOf(call, operation);
      return refuse(gated, unknownOutcome({ ...facts, ...confirm, byPerson }), {
        outcome: "held",
        effect: "none",
        reason: "nobody knows whether this operation happened",
      });
    }
    case "held": {
      const unknown = operation.state === "unknown";
      const more = unknown ? confirmOf(call, operation) : { afterMs: IN_FLIGHT_RETRY_MS };
      return refuse(gated, held({ ...facts, twin: unknown ? "unknown" : "in_flight", ...more, byPerson }), {
        outcome: "held",
        reason: unknown ? "nobody knows whether an identical call happened" : "an identical call is being executed",
      });
    }
    default:
      return refuse(
        gated,
        keyConflict({ ...facts, byCaller: call.key.source !== "declared", other: operation.state }),
        {
          outcome: "key_conflict",
          reason: "the key was used before with other arguments",
        },
      );
  }
}

interface Facts {
  callId: string;
  tool: string;
  operationId: string;
  originalCallId: string;
  readBackWith?: string;
}

function replay({ gated }: OnceCall, operation: OperationSnapshot, facts: Facts): unknown {
  const { gate, delivery, tool } = gated;
  const at = operation.settledAt ?? operation.claimedAt;
  const ruling = {
    outcome: "duplicate_replayed",
    effect: operation.effect,
    retryClass: "none",
    originalCallId: operation.callId,
  } as const;
  const original = parsed(operation.result);
  if (original !== undefined) {
    delivery.decide(ruling);
    return replayNotice(original, { callId: operation.callId, at }, gate.contracts.jsonSchemaOf(tool, "output"));
  }
  if (operation.state === "failed_terminal") {
    const classified = {
      code: "failed_before",
      effect: operation.effect,
      retryClass: "terminal",
      retryAfterMs: null,
    } as const;
    const message = "it failed before, and its answer is not kept";
    return refuse(gated, toolError({ ...facts, message, classified }), ruling);
  }
  const answer = alreadyDone({ ...facts, at });
  const told = refuse(gated, answer, ruling);
  // Clients of SDK 1 throw where a success has no structured content that the tool promises.
  if (gate.contracts.jsonSchemaOf(tool, "output") !== undefined) return told;
  const { content, _meta } = errorResult(answer.payload, answer.sentence);
  return { content, _meta };
}

function parsed(result: string | null): ReplayedResult | undefined {
  if (result === null) return undefined;
  const value: unknown = JSON.parse(result);
  return isObject(value) ? value : undefined;
}

/** A token for a repeat, good for this caller and this attempt alone. */
function confirmOf({ gated, once, key }: OnceCall, operation: OperationSnapshot): { confirm?: ConfirmRepeat } {
  // Whoever names a session need not be whose operation it is.
  if (once.confirmRepeat === "person" || !key.isVerified || operation.state !== "unknown") return {};
  const { operationId, attempt, readAt } = operation;
  const confirmed = { operationId, attempt, expiresAt: Math.ceil(readAt + CONFIRM_WITHIN_MS) };
  const token = makeConfirmToken(confirmed, key.scope, gated.gate.recorder.fingerprintKey);
  return {
    confirm: {
      token,
      metaKey: CONFIRM_META_KEY,
      ...(once.confirmArgument === undefined ? {} : { argument: once.confirmArgument }),
    },
  };
}

/** What this process does not remember, the ledger does: an earlier delivery may have come to another one. */
function noteRetry({ gated, key }: OnceCall, decision: ClaimAnswer["decision"], operation: OperationSnapshot): void {
  const { call } = gated.delivery;
  if (call.retryKind !== "first") return;
  const kind: RetryKind =
    decision === "held" ? "model_retry" : key.source === "delivery" ? "redelivery" : "keyed_retry";
  Object.assign(call, {
    retryKind: kind,
    attempt: operation.deliveries + (decision === "held" ? 1 : 0),
    retryOf: operation.callId,
  });
}
