import type { ErrorPayload, OperationState } from "@tachograph/record";
import type { Answer } from "./error-result.ts";
import { durationOf, lookWith, nameOf, sentenceOf, type AnsweredCall } from "./phrases.ts";

interface OfOperation extends AnsweredCall {
  operationId?: string;
  /** The call that executes, or executed, the operation. */
  originalCallId?: string;
}

/** How an operation is repeated on the caller's own responsibility. Only what is given is told. */
export interface ConfirmRepeat {
  token: string;
  /** Argument that takes the token. */
  argument?: string;
  /** Key in `_meta` that takes it, for hosts that can set one. */
  metaKey?: string;
}

const MAX_MESSAGE = 320;

const ids = ({ callId, operationId, originalCallId }: OfOperation) =>
  ({
    ...(originalCallId !== undefined && { original_call_id: originalCallId }),
    ...(operationId !== undefined && { operation_id: operationId }),
    call_id: callId,
  }) satisfies Partial<ErrorPayload>;

/** How to repeat it nevertheless; empty where that is not offered. */
function repeatPhrase(confirm: ConfirmRepeat | undefined): string {
  if (confirm === undefined) return "";
  const { token, argument, metaKey } = confirm;
  const ways = [
    argument === undefined ? undefined : `the argument ${nameOf(argument)}: "${token}"`,
    metaKey === undefined ? undefined : `_meta "${metaKey}": "${token}"`,
  ].filter((way) => way !== undefined);
  return ways.length === 0 ? "" : ` If you are sure that it must run, repeat this call with ${ways.join(" or ")}.`;
}

const personPhrase = " Whether it may be repeated is for a person to decide.";

export interface InFlight extends OfOperation {
  afterMs: number;
}

/** The same operation is being executed for another delivery. */
export const inFlight = (facts: InFlight): Answer => ({
  sentence:
    `This very operation of ${nameOf(facts.tool)} is being executed now. Do not start another one: ` +
    `wait ${durationOf(facts.afterMs)} and repeat this call unchanged to get its result.`,
  payload: {
    code: "duplicate_in_flight",
    retry: "retryable",
    effect: "none",
    retry_after_ms: facts.afterMs,
    ...ids(facts),
  },
});

export interface Held extends OfOperation {
  /** What is the matter with the identical call. */
  twin: "in_flight" | "unknown";
  afterMs?: number;
  readBackWith?: string;
  confirm?: ConfirmRepeat;
  /** Only a person may have it repeated. */
  byPerson?: boolean;
}

/** A blind repeat of a call whose effect is still open. */
export function held(facts: Held): Answer {
  const { tool, twin, afterMs, readBackWith, confirm, byPerson = false } = facts;
  const why =
    twin === "in_flight"
      ? "an identical call is still being executed, and running it twice may do it twice."
      : "an identical call was cut off, and nobody knows whether it took effect.";
  const wait = afterMs === undefined ? "" : `wait ${durationOf(afterMs)}, then `;
  const look = `First ${wait}check ${lookWith(readBackWith)} whether it happened; if it did, you are done.`;
  const next = byPerson ? personPhrase : repeatPhrase(confirm);
  return {
    sentence: `${nameOf(tool)} was not run: ${why} ${look}${next}`,
    payload: {
      code: "held",
      retry: "verify",
      effect: "none",
      hint: look,
      ...(afterMs !== undefined && { retry_after_ms: afterMs }),
      ...(confirm !== undefined && !byPerson && { confirm_repeat: confirm.token }),
      ...ids(facts),
    },
  };
}

export interface UnknownOutcome extends OfOperation {
  readBackWith?: string;
  confirm?: ConfirmRepeat;
  byPerson?: boolean;
}

/** The operation was begun and cut off: it may have happened, and is not executed again by itself. */
export function unknownOutcome(facts: UnknownOutcome): Answer {
  const { tool, readBackWith, confirm, byPerson = false } = facts;
  const look = `Check ${lookWith(readBackWith)} whether it happened; if it did, you are done.`;
  return {
    sentence:
      `This operation of ${nameOf(tool)} was begun before and cut off: it may have taken effect, so it was not run ` +
      `again. ${look}${byPerson ? personPhrase : repeatPhrase(confirm)}`,
    payload: {
      code: "unknown_outcome",
      retry: "verify",
      effect: "unknown",
      hint: look,
      ...(confirm !== undefined && !byPerson && { confirm_repeat: confirm.token }),
      ...ids(facts),
    },
  };
}

export interface KeyConflict extends OfOperation {
  /** Whether the caller gave the key; else the server took it from the arguments, and there is no other to take. */
  byCaller: boolean;
  /** How far the other operation is. */
  other: OperationState;
  readBackWith?: string;
}

const howFar = {
  in_flight: "It is being executed now",
  completed: "It is done",
  failed_retryable: "It failed",
  failed_terminal: "It failed",
  unknown: "Nobody knows whether it happened",
} as const satisfies Record<OperationState, string>;

/** The key stands for another operation already. */
export const keyConflict = (facts: KeyConflict): Answer => {
  const { tool, byCaller, other, readBackWith } = facts;
  const state = `${howFar[other]}: check the current state ${lookWith(readBackWith)} first.`;
  const hint = byCaller
    ? `${state} For a new operation take a new key; to repeat the old one send its arguments unchanged.`
    : `${state} To repeat it send its arguments unchanged; whether this one is to be done beside it is for a person to decide.`;
  const what = byCaller
    ? "the idempotency key of this call was used before with other arguments."
    : "these arguments name an operation that was asked for before with other details.";
  return {
    sentence: `${nameOf(tool)} was not run: ${what} ${hint}`,
    payload: { code: "key_conflict", retry: "terminal", effect: "none", hint, ...ids(facts) },
  };
};

export interface RetryLater extends OfOperation {
  afterMs: number;
  /** Why the last attempt failed, without secrets. */
  message?: string;
  /** Its code. @defaultValue "retry_later" */
  code?: string;
}

/** The operation failed without effect, and may be tried again later, but not yet. */
export const retryLater = (facts: RetryLater): Answer => {
  const { tool, afterMs, message, code = "retry_later" } = facts;
  const why = message === undefined ? "" : ` The last attempt failed: ${sentenceOf(message, MAX_MESSAGE)}`;
  return {
    sentence:
      `${nameOf(tool)} was not run: it is too early for another attempt.${why} ` +
      `Wait ${durationOf(afterMs)}, then repeat this call unchanged.`,
    payload: { code, retry: "retryable", effect: "none", retry_after_ms: afterMs, ...ids(facts) },
  };
};

export interface AlreadyDone extends OfOperation {
  /** When it was done, in milliseconds since the epoch. */
  at: number;
  readBackWith?: string;
}

/** The operation was done before, and its result is not kept. */
export const alreadyDone = (facts: AlreadyDone): Answer => {
  const hint = `Do not repeat it. See the current state ${facts.readBackWith === undefined ? "with a tool that reads" : lookWith(facts.readBackWith)}.`;
  return {
    sentence:
      `This operation of ${nameOf(facts.tool)} was already done at ${instantOf(facts.at)}; it was not run again, and ` +
      `its result is not kept. ${hint}`,
    payload: { code: "already_done", retry: "none", effect: "applied", hint, ...ids(facts) },
  };
};

/** ISO 8601; never throws. */
export function instantOf(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? "an unknown time" : date.toISOString();
}
