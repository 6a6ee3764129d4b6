import type { Effect, Mutability, RetryClass, RetryKind } from "@tachograph/record";

export const retryKindLabels: Readonly<Record<RetryKind, string>> = {
  first: "first",
  continuation: "continuation",
  redelivery: "redelivery",
  keyed_retry: "keyed retry",
  model_retry: "model retry",
  corrected_retry: "corrected",
  thrash: "thrash",
  poll: "poll",
  repeat: "repeat",
};

/** Label of a retry kind that a newer writer may have stored. */
export const labelOfRetry = (kind: string): string =>
  Object.hasOwn(retryKindLabels, kind) ? retryKindLabels[kind as RetryKind] : kind;

export const retryKindMeanings: Readonly<Record<RetryKind, string>> = {
  first: "Not a retry of anything.",
  continuation: "The second leg of a call that asked for more input. Not a retry.",
  redelivery: "The transport delivered the same call again.",
  keyed_retry: "The same idempotency key, tried again.",
  model_retry: "The model made the same call again after it had failed.",
  corrected_retry: "The model corrected what was wrong: a good sign.",
  thrash: "The model changed other parameters than the one that failed.",
  poll: "The same reading call again after it had worked.",
  repeat: "The same changing call again after it had worked: a possible double write.",
};

export const effectMeanings: Readonly<Record<Effect, string>> = {
  none: "Nothing was changed.",
  applied: "The change was made.",
  unknown: "The change may or may not have been made.",
};

export const mutabilityLabels: Readonly<Record<Mutability, string>> = {
  read: "reads",
  mutating: "changes",
  destructive: "destroys",
};

export const retryClassMeanings: Readonly<Record<RetryClass, string>> = {
  none: "There is nothing to retry.",
  retryable: "The same call may work later.",
  correctable: "A corrected call may work.",
  verify: "Find out whether it happened before doing anything.",
  terminal: "Retrying will not help.",
};
