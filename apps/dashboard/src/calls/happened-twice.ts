import type { RetryKind } from "@tachograph/record";
import type { CallRow } from "./call-row.ts";

type Attempt = Pick<CallRow, "id" | "mutability" | "effect" | "outcome" | "retryOf" | "retryKind" | "operationId">;

const sameIntent: ReadonlySet<RetryKind> = new Set(["redelivery", "keyed_retry", "model_retry", "repeat"]);

/** A replay carries the effect of its original and made none itself. */
const mayHaveActed = ({ effect, outcome }: Attempt): boolean => effect !== "none" && outcome !== "duplicate_replayed";

/** Whether the same changing call acted, or may have acted, in more than one of its attempts. */
export function mayHaveHappenedTwice(call: Attempt, group: readonly Attempt[]): boolean {
  if (call.mutability === "read" || !mayHaveActed(call)) return false;
  return group.some(
    (other) =>
      other.id !== call.id &&
      mayHaveActed(other) &&
      ((call.operationId !== null && other.operationId === call.operationId) ||
        (other.retryOf === call.id && sameIntent.has(other.retryKind)) ||
        (call.retryOf === other.id && sameIntent.has(call.retryKind))),
  );
}
