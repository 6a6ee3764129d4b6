import { outcomeFacts, type Mutability, type Outcome, type RetryClass } from "./outcome.ts";

/** What a delivery is to the ones before it. A closed set; the first rule that matches wins, in this order. */
export const retryKinds = [
  "first",
  "continuation",
  "redelivery",
  "keyed_retry",
  "model_retry",
  "corrected_retry",
  "thrash",
  "poll",
  "repeat",
] as const;
export type RetryKind = (typeof retryKinds)[number];

/** Kinds that try again what failed or may have failed. */
export const retryingKinds: readonly RetryKind[] = ["redelivery", "keyed_retry", "model_retry", "thrash"];

/** Deliveries of one session and tool that are looked back on. */
export const RETRY_WINDOW_CALLS = 8;
/** How long they are looked back on, in milliseconds. */
export const RETRY_WINDOW_MS = 10 * 60_000;

/** What is remembered of an earlier delivery of the same session and tool. Holds hashes, no values. */
export interface PastDelivery {
  id: string;
  startedAt: number;
  toolUseId: string | null;
  idempotencyKey: string | null;
  fingerprint: string | null;
  /** Keyed hash per top-level argument. */
  fieldHashes: Readonly<Record<string, string>>;
  /** Top-level arguments that the delivery failed on. */
  failedFields: readonly string[];
  /** Undefined while it is still running. */
  outcome: Outcome | undefined;
  retryClass: RetryClass | undefined;
  attempt: number;
}

/** The delivery to classify. */
export interface Delivery {
  startedAt: number;
  toolUseId: string | null;
  idempotencyKey: string | null;
  fingerprint: string | null;
  /** Asked for only where an earlier delivery failed. */
  fieldHashes: () => Readonly<Record<string, string>>;
  /** Whether it carries `inputResponses` or `requestState`. */
  continues: boolean;
  mutability: Mutability;
}

export interface RetryVerdict {
  retryKind: RetryKind;
  attempt: number;
  retryOf: string | null;
}

/** Refused because of another delivery: what became of that one decides, not the refusal. */
const refusedForAnother = (outcome: Outcome | undefined): boolean =>
  outcome === "held" || outcome === "duplicate_in_flight";
const settledWell = (outcome: Outcome | undefined): boolean => outcome === "ok" || outcome === "duplicate_replayed";

/**
 * Classifies a delivery against the earlier ones of the same session and tool, oldest first.
 * Only the last {@link RETRY_WINDOW_CALLS} within {@link RETRY_WINDOW_MS} count.
 */
export function classifyRetry(delivery: Delivery, past: readonly PastDelivery[]): RetryVerdict {
  const window = past
    .filter((earlier) => delivery.startedAt - earlier.startedAt <= RETRY_WINDOW_MS)
    .slice(-RETRY_WINDOW_CALLS)
    .toReversed();
  const verdict = (retryKind: RetryKind, earlier: PastDelivery | undefined, newest = earlier): RetryVerdict =>
    earlier && newest
      ? { retryKind, attempt: newest.attempt + 1, retryOf: earlier.id }
      : { retryKind, attempt: 1, retryOf: null };

  if (delivery.continues)
    return verdict(
      "continuation",
      window.find((earlier) => earlier.outcome === "input_required"),
    );

  const { toolUseId, idempotencyKey, fingerprint } = delivery;
  const redelivered = toolUseId === null ? undefined : window.find((earlier) => earlier.toolUseId === toolUseId);
  if (redelivered) return verdict("redelivery", redelivered);
  const keyed =
    idempotencyKey === null ? undefined : window.find((earlier) => earlier.idempotencyKey === idempotencyKey);
  if (keyed) return verdict("keyed_retry", keyed);

  const twins = fingerprint === null ? [] : window.filter((earlier) => earlier.fingerprint === fingerprint);
  const twin = twins.find((earlier) => !refusedForAnother(earlier.outcome)) ?? twins[0];
  if (twin && !settledWell(twin.outcome) && twin.outcome !== "input_required")
    return verdict("model_retry", twin, twins[0]);

  const previous = window[0];
  if (previous?.outcome !== undefined && !settledWell(previous.outcome) && previous.fingerprint !== fingerprint) {
    const correctable = previous.outcome === "invalid_input" || previous.retryClass === "correctable";
    const hashes = delivery.fieldHashes();
    const failedFieldsKept =
      previous.failedFields.length > 0 &&
      previous.failedFields.every((field) => previous.fieldHashes[field] === hashes[field]);
    if (correctable && !failedFieldsKept) return verdict("corrected_retry", previous);
    if (failedFieldsKept) return verdict("thrash", previous);
  }

  if (twin && settledWell(twin.outcome))
    return verdict(delivery.mutability === "read" ? "poll" : "repeat", twin, twins[0]);
  return verdict("first", undefined);
}

/** Whether an outcome means that the call was refused before its handler ran. */
export const isRefusal = (outcome: Outcome): boolean => outcomeFacts[outcome].refusal;
