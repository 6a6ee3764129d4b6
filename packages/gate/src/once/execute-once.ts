import { randomUUID } from "node:crypto";
import type { ClaimRequest, OperationStore } from "@tachograph/record";
import { invalidArguments } from "../answers/invalid-answers.ts";
import { internalError } from "../answers/refusal-answers.ts";
import type { OnceOptions } from "../options.ts";
import { factsOf, noteOperation, refuse, sinceUs, type GatedCall } from "../pipeline/gated-call.ts";
import { refuseUnaudited } from "../pipeline/refuse-unaudited.ts";
import { answerDuplicate } from "./answer-duplicate.ts";
import { executeClaimed } from "./execute-claimed.ts";
import { LEASE_MS, leaseKeeperOf } from "./lease-keeper.ts";
import type { OnceCall } from "./once-call.ts";
import { findKey, type KeyIssue, type OperationKey } from "./once-key.ts";
import { reserve, type Reserved } from "./reserve.ts";

/** Executes an operation at most once, however often its call is delivered. */
export async function executeOnce(gated: GatedCall, once: OnceOptions): Promise<unknown> {
  const { gate, delivery, tool, connection } = gated;
  const { recorder, options } = gate;
  const from = performance.now();
  let key: OperationKey | KeyIssue;
  try {
    key = findKey({
      delivery,
      tool,
      facts: factsOf(gated),
      once,
      connection,
      fingerprintKey: recorder.fingerprintKey,
      metaKeys: options.idempotencyKeyMetaKeys ?? [],
    });
  } catch (cause) {
    return refuseWithoutKey(gated, cause);
  }
  if ("code" in key) return refuseKey(gated, key);
  if (key.source !== null && key.source !== "delivery") delivery.classifyByKey(key.operationId);
  delivery.belongsTo({ operationId: key.operationId, keySource: key.source }, 1);
  noteOperation(gated);
  const keeper = leaseKeeperOf(options.ledger as OperationStore, recorder.report);
  const request: ClaimRequest = {
    project: recorder.project,
    operationId: key.operationId,
    ownerToken: randomUUID(),
    fingerprint: key.fingerprint,
    guard: key.guard,
    mode: once.mode ?? "at_most_once",
    keySource: key.source,
    leaseMs: LEASE_MS,
    call: delivery.call,
  };
  const call: OnceCall = { gated, once, key, keeper, request };
  let reserved: Reserved;
  try {
    if (!(await keeper.hasSameKey(recorder))) return refuseOtherKey(gated);
    reserved = await reserve(call);
  } catch (cause) {
    recorder.report({
      code: "claim_failed",
      message: `an operation of ${tool} could not be reserved in the ledger, so that the call was refused`,
      cause,
    });
    return refuseUnaudited(gated, "the operation could not be reserved in the ledger");
  } finally {
    delivery.call.onceUs = sinceUs(from);
  }
  return reserved.decision === "execute" ? executeClaimed(call, reserved.operation) : answerDuplicate(call, reserved);
}

function refuseKey(gated: GatedCall, { path, code, expected }: KeyIssue): unknown {
  const issue = { path, code, expected, got: undefined };
  const answer = invalidArguments({ callId: gated.delivery.call.id, tool: gated.tool, issues: [issue], more: 0 });
  return refuse(gated, answer, { outcome: "invalid_input", issues: [{ path, code }] });
}

function refuseWithoutKey(gated: GatedCall, cause: unknown): unknown {
  const { gate, delivery, tool } = gated;
  gate.recorder.report({
    code: "hook_failed",
    message: `once.key of ${tool} failed, so that the call was refused`,
    cause,
  });
  return refuse(gated, internalError({ callId: delivery.call.id, tool, begun: false }), {
    outcome: "internal_error",
    reason: "the key of the operation could not be found",
  });
}

/** Two processes with two keys would take one operation for two. */
function refuseOtherKey(gated: GatedCall): unknown {
  const { recorder } = gated.gate;
  recorder.report({
    code: "fingerprint_key_mismatch",
    message:
      `project ${recorder.project} was first used with another fingerprint key, so that its operations would not be ` +
      `recognised: give all its servers the same TACHOGRAPH_FINGERPRINT_KEY. Changing calls are refused until then`,
  });
  return refuseUnaudited(gated, "the fingerprint key is not the project's");
}
