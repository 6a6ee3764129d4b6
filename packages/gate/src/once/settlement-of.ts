import type { KeptResult, Ownership, Settlement } from "@tachograph/record";
import type { Ending } from "../pipeline/judge-ending.ts";
import { messageOf } from "../answer-text.ts";
import { retentionMsOf, type OnceCall } from "./once-call.ts";

/** Longest answer that is kept for duplicates, in UTF-8 bytes of its JSON. */
const MAX_KEPT_BYTES = 65_536;

/** `not_started`: given up before the handler was entered; `late`: after its delivery was answered. */
export type HowEnded = { kind: "not_started" } | { kind: "ended" | "late"; ending: Ending };

/** What the end of an execution makes of its operation. */
export function settlementOf(call: OnceCall, ownership: Ownership, how: HowEnded): Settlement {
  const { delivery } = call.gated;
  const common = { ...ownership, retentionMs: retentionMsOf(call) };
  if (how.kind === "not_started")
    return {
      ...common,
      state: "failed_retryable",
      effect: "none",
      retryAfterMs: null,
      result: null,
      keptResult: "not_kept",
      released: true,
      call: delivery.call,
    };
  const { ruling, answer } = how.ending;
  if (how.kind === "ended") {
    delivery.decide(ruling);
    delivery.conclude(
      "error" in answer
        ? { id: delivery.rpcId, error: { code: null, message: messageOf(answer.error) } }
        : { id: delivery.rpcId, result: answer.result },
    );
  }
  const state = stateOf(ruling, delivery.observed.begun);
  const { result, keptResult } = "error" in answer ? NOTHING_KEPT : kept(call, answer.result);
  return {
    ...common,
    state: state === "released" ? "failed_retryable" : state,
    effect: ruling.effect,
    retryAfterMs: state === "failed_retryable" ? (ruling.retryAfterMs ?? null) : null,
    result,
    keptResult,
    released: state === "released",
    call: delivery.call,
  };
}

function stateOf({ outcome, effect, retryClass }: Ending["ruling"], begun: boolean): Settlement["state"] | "released" {
  switch (outcome) {
    case "ok":
    case "invalid_output":
    case "task_started":
      return "completed";
    case "tool_error":
    case "timeout":
    case "internal_error":
      if (effect === "applied") return "completed";
      if (retryClass === "retryable") return "failed_retryable";
      return effect === "unknown" ? "unknown" : "failed_terminal";
    case "input_required":
      return "released";
    default:
      // The SDK refused what the gate had found valid, or a handler ran that the gate does not see.
      return begun ? "unknown" : "failed_terminal";
  }
}

const NOTHING_KEPT: { result: string | null; keptResult: KeptResult } = { result: null, keptResult: "not_kept" };

function kept({ once }: OnceCall, result: unknown): { result: string | null; keptResult: KeptResult } {
  if (once.storeResult === "none") return NOTHING_KEPT;
  let json: string | undefined;
  try {
    json = JSON.stringify(result);
  } catch {
    return NOTHING_KEPT;
  }
  if (json === undefined) return NOTHING_KEPT;
  return Buffer.byteLength(json) > MAX_KEPT_BYTES
    ? { result: null, keptResult: "too_large" }
    : { result: json, keptResult: "stored" };
}
