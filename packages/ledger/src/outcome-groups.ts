import { outcomeFacts, outcomes, retryKinds, retryingKinds, type Outcome, type RetryKind } from "@tachograph/record";

const settled: ReadonlySet<Outcome> = new Set(["ok", "duplicate_replayed", "input_required", "task_started"]);

/** Refused before the handler ran. */
export const refusalOutcomes: readonly Outcome[] = outcomes.filter((outcome) => outcomeFacts[outcome].refusal);

/** Accepted, and did not succeed. */
export const errorOutcomes: readonly Outcome[] = outcomes.filter(
  (outcome) => !outcomeFacts[outcome].refusal && !settled.has(outcome),
);

/** Deliveries that begin something: what the retry ratio divides by. */
export const attemptKinds: readonly RetryKind[] = retryKinds.filter(
  (kind) => kind !== "continuation" && !retryingKinds.includes(kind),
);
