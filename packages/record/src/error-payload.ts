import type { Effect, RetryClass } from "./outcome.ts";

/** One way in which a call was wrong, as the agent is told. */
export interface PayloadIssue {
  /** JSON pointer into the arguments (RFC 6901); empty for the whole. */
  param: string;
  /** What would be valid there. */
  expected: string;
  /** What was there, at most 64 characters, without secrets. */
  got?: string;
}

/**
 * What an agent is told of a call that did not succeed: the line of compact JSON at the end of the text block, and
 * `_meta["tachograph/error"]`. At most 1,500 bytes as JSON.
 */
export interface ErrorPayload {
  /** What went wrong, such as `invalid_argument`, `denied`, `held`. */
  code: string;
  /** May it work later? */
  retry: RetryClass;
  /** May it already have happened? */
  effect: Effect;
  param?: string;
  expected?: string;
  got?: string;
  /** Further issues, up to 5 in all. */
  issues?: PayloadIssue[];
  /** Arguments that would be valid. */
  example?: unknown;
  hint?: string;
  /** Milliseconds. */
  retry_after_ms?: number;
  /** Id of the call that did what this one asked for. */
  original_call_id?: string;
  operation_id?: string;
  /** Token that repeats an unknown operation on the caller's own responsibility; single use. */
  confirm_repeat?: string;
  call_id: string;
}

/** Key of the payload in a result's `_meta`. */
export const ERROR_META_KEY = "tachograph/error";
/** Largest payload, in UTF-8 bytes of its JSON. */
export const MAX_PAYLOAD_BYTES = 1_500;
