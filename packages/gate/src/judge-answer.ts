import { verdictOf, type CallRecord, type Issue, type Outcome, type Verdict } from "@tachograph/record";
import { classifyError, type ClassifiedError } from "./errors/classify-error.ts";
import { outcomeOf, type JsonRpcResponse, type Observed } from "./outcome-of.ts";

/**
 * What the gate itself decided about a call: it goes before what the answer looks like. Its texts are the gate's own, or
 * clean.
 */
export interface Ruling extends Verdict {
  outcome: Outcome;
  errorCode?: string;
  reason?: string;
  rule?: string;
  retryAfterMs?: number | null;
  issues?: Issue[];
  originalCallId?: string;
}

/** What an answer says of its call. */
export interface Judged {
  outcome: Outcome;
  verdict: Verdict;
  /** What the handler threw, where that decides. */
  thrown?: ClassifiedError;
}

/** The gate's own ruling goes first, then what was seen of the execution, then what the answer looks like. */
export function judgeAnswer(answer: {
  response: JsonRpcResponse;
  observed: Observed;
  mutability: CallRecord["mutability"];
  ruling: Ruling | undefined;
  isUnwritable: boolean;
}): Judged {
  const { response, observed, mutability, ruling, isUnwritable } = answer;
  if (ruling !== undefined && response.error === undefined && !isUnwritable)
    return { outcome: ruling.outcome, verdict: ruling };
  const outcome = isUnwritable ? "invalid_output" : outcomeOf(observed, response);
  if (outcome !== "tool_error" || observed.threw === undefined)
    return { outcome, verdict: verdictOf(outcome, mutability, observed.begun) };
  const thrown = classifyError(observed.threw.error, mutability);
  return { outcome, verdict: { effect: thrown.effect, retryClass: thrown.retryClass }, thrown };
}
