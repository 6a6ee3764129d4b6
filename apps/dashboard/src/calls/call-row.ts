import type { Effect, Mutability, Outcome, RetryKind } from "@tachograph/record";

/** One call as lists and timelines show it. Texts from outside are still raw: show them with `InertText`. */
export interface CallRow {
  project: string;
  id: string;
  startedAtMs: number;
  durationUs: number;
  serverName: string;
  tool: string | null;
  outcome: Outcome;
  effect: Effect;
  mutability: Mutability;
  retryKind: RetryKind;
  attempt: number;
  retryOf: string | null;
  principal: string | null;
  clientName: string | null;
  sessionId: string | null;
  errorCode: string | null;
  errorMessage: string | null;
  reason: string | null;
  /** Id of the rule that decided. */
  rule: string | null;
  /** Rules on trial that would have denied it. */
  wouldDeny: string[] | null;
  /** Whether its handler was entered. Of one whose process died nobody knows. */
  wasExecuted: boolean;
  operationId: string | null;
  originalCallId: string | null;
  /** UTF-8 sizes as JSON, before redaction. */
  argumentsBytes: number | null;
  resultBytes: number | null;
}

/** A count that stops counting somewhere. */
export interface CappedCount {
  count: number;
  /** Whether there are more than `count`. */
  capped: boolean;
}
