import type { Effect, Mutability } from "@tachograph/record";
import type { ClassifiedError } from "../errors/classify-error.ts";
import type { Answer } from "./error-result.ts";
import { durationOf, lookWith, nameOf, parameterOf, sentenceOf, type AnsweredCall } from "./phrases.ts";

const MAX_MESSAGE = 480;

export interface ToolFailed extends AnsweredCall {
  /** What the tool said, without secrets. */
  message: string;
  /** What it means. Where `retryClass` is `retryable`, `retryAfterMs` should be `retryAfter()`. */
  classified: ClassifiedError;
  readBackWith?: string;
  operationId?: string;
}

/** The tool's handler threw, or answered with an error. */
export function toolError({ callId, tool, message, classified, readBackWith, operationId }: ToolFailed): Answer {
  const { code, retryClass, effect, retryAfterMs, hint, thrown } = classified;
  const param = thrown?.param === undefined ? undefined : asPointer(thrown.param);
  const wrong =
    param === undefined && thrown?.expected === undefined
      ? undefined
      : `${param === undefined ? "" : `${parameterOf(param)}: `}expected ${thrown?.expected ?? "another value"}`;
  const look = thrown?.readBackWith ?? readBackWith;
  const parts = [
    `${nameOf(tool)} failed: ${sentenceOf(message === "" ? "it gave no reason" : message, MAX_MESSAGE)}`,
    wrong === undefined ? "" : sentenceOf(wrong, MAX_MESSAGE),
    adviceOf({ retryClass, effect, retryAfterMs, readBackWith: look }),
    hint === undefined ? "" : sentenceOf(hint, MAX_MESSAGE),
  ];
  return {
    sentence: parts.filter(Boolean).join(" "),
    payload: {
      code,
      retry: retryClass,
      effect,
      ...(param !== undefined && { param }),
      ...(thrown?.expected !== undefined && { expected: thrown.expected }),
      ...(thrown?.example !== undefined && { example: thrown.example }),
      ...(hint !== undefined && { hint }),
      ...(retryAfterMs !== null && retryClass === "retryable" && { retry_after_ms: retryAfterMs }),
      ...(operationId !== undefined && { operation_id: operationId }),
      call_id: callId,
    },
  };
}

/** Authors write a name where a pointer is meant. */
const asPointer = (param: string): string => (param === "" || param.startsWith("/") ? param : `/${param}`);

interface Situation extends Pick<ClassifiedError, "retryClass" | "effect" | "retryAfterMs"> {
  readBackWith: string | undefined;
}

/** What an agent should do now. */
function adviceOf({ retryClass, effect, retryAfterMs, readBackWith }: Situation): string {
  const done = effect === "none" ? "Nothing was changed." : effect === "applied" ? "It took effect all the same." : "";
  switch (retryClass) {
    case "retryable": {
      const wait = retryAfterMs === null ? "Call again" : `Wait ${durationOf(retryAfterMs)}, then call again`;
      const safe = effect === "unknown" ? "It may have taken effect, but calling again does no harm." : done;
      return `${safe} ${wait} with the same arguments.`.trim();
    }
    case "correctable":
      return `${done} Correct the arguments and call again.`.trim();
    case "verify":
      return `${done || "It may have taken effect."} Do not call again before you have checked ${lookWith(readBackWith)} whether it did.`;
    case "terminal":
      return effect === "unknown"
        ? `It may have taken effect: check ${lookWith(readBackWith)}. Do not call again.`
        : `${done} Calling again will not help.`.trim();
    case "none":
      return done;
  }
}

export interface TimedOut extends AnsweredCall {
  /** How long the tool was given, in milliseconds. */
  timeoutMs: number;
  mutability: Mutability;
  /** @defaultValue false */
  idempotent?: boolean;
  /** When to call again, where that is right. */
  afterMs?: number;
  readBackWith?: string;
  operationId?: string;
}

/** The tool took longer than it may, and runs on. */
export function timedOut(facts: TimedOut): Answer {
  const { callId, tool, timeoutMs, mutability, idempotent = false, afterMs, readBackWith, operationId } = facts;
  const effect: Effect = mutability === "read" ? "none" : "unknown";
  const retryClass = mutability === "read" || idempotent ? "retryable" : "verify";
  const advice = adviceOf({ retryClass, effect, retryAfterMs: afterMs ?? null, readBackWith });
  return {
    sentence: `${nameOf(tool)} took longer than ${durationOf(timeoutMs)}. ${advice}`,
    payload: {
      code: "timeout",
      retry: retryClass,
      effect,
      ...(retryClass === "retryable" && afterMs !== undefined && { retry_after_ms: afterMs }),
      ...(operationId !== undefined && { operation_id: operationId }),
      call_id: callId,
    },
  };
}

export interface BudgetExhausted extends AnsweredCall {
  /** How often the operation was tried. */
  attempts: number;
  effect: Effect;
  /** Why the last attempt failed, without secrets. */
  message?: string;
  readBackWith?: string;
  operationId?: string;
}

/** It failed in a way that invites another attempt, and that was the last. */
export function retryBudgetExhausted(facts: BudgetExhausted): Answer {
  const { callId, tool, attempts, effect, message, readBackWith, operationId } = facts;
  const why = message === undefined ? "." : `; the last time: ${sentenceOf(message, MAX_MESSAGE)}`;
  const look =
    effect === "none" ? "Nothing was changed." : `It may have taken effect: check ${lookWith(readBackWith)}.`;
  const hint = "Do not call again: tell the person you work for.";
  return {
    sentence: `${nameOf(tool)} failed ${attempts} times${why} ${look} ${hint}`,
    payload: {
      code: "retry_budget_exhausted",
      retry: "terminal",
      effect,
      hint,
      ...(operationId !== undefined && { operation_id: operationId }),
      call_id: callId,
    },
  };
}
