import type { ClassifiedError } from "./classify-error.ts";

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** Attempts of one operation after which an agent is told to stop. */
export const RETRY_BUDGET = 3;

/**
 * How long to wait before the next attempt, in milliseconds: what the upstream asked for, else 1 s, twice as long with
 * each failed attempt and at most 60 s, of which up to half is taken off at random.
 *
 * @param attempt - The attempt that failed, from 1.
 * @param givenMs - What a `Retry-After` said.
 */
export function retryAfter(attempt: number, givenMs: number | null, random: () => number = Math.random): number {
  if (givenMs !== null) return Math.ceil(givenMs);
  // Beyond 2^16 the longest wait has long been reached, and a power must not become infinite.
  const failedBefore = Math.min(16, Math.max(0, attempt - 1));
  const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failedBefore);
  return Math.round(wait * (1 - random() / 2));
}

/**
 * The verdict once the attempts of one operation are counted: the third failure that invites another is the last.
 *
 * @param attempt - The attempt that failed, from 1.
 */
export function withinRetryBudget<Verdict extends ClassifiedError>(verdict: Verdict, attempt: number): Verdict {
  if (verdict.retryClass !== "retryable" || attempt < RETRY_BUDGET) return verdict;
  return { ...verdict, retryClass: "terminal", code: "retry_budget_exhausted", retryAfterMs: null };
}
