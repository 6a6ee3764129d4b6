/**
 * How a delivery ended. A closed set: exactly one per row.
 * The text or code of an answer never decides it; what the gate saw happen does.
 */
export const outcomes = [
  "ok",
  "tool_error",
  "invalid_input",
  "invalid_output",
  "unknown_tool",
  "malformed",
  "unauthenticated",
  "denied",
  "rate_limited",
  "approval_pending",
  "duplicate_replayed",
  "duplicate_in_flight",
  "key_conflict",
  "held",
  "input_required",
  "task_started",
  "timeout",
  "cancelled",
  "indeterminate",
  "upstream_unavailable",
  "audit_unavailable",
  "internal_error",
] as const;
export type Outcome = (typeof outcomes)[number];

/** May it already have happened? */
export const effects = ["none", "applied", "unknown"] as const;
export type Effect = (typeof effects)[number];

/**
 * May it work later? `retryable`: the same call may; `correctable`: a corrected call may;
 * `verify`: find out whether it happened before doing anything; `terminal`: stop.
 */
export const retryClasses = ["none", "retryable", "correctable", "verify", "terminal"] as const;
export type RetryClass = (typeof retryClasses)[number];

/** How far the delivery got, in the order of the pipeline. */
export const phases = ["received", "validated", "authorized", "reserved", "executed", "answered"] as const;
export type Phase = (typeof phases)[number];

/** What the tool may do to the world. An unannotated tool counts as `mutating`. */
export const mutabilities = ["read", "mutating", "destructive"] as const;
export type Mutability = (typeof mutabilities)[number];

export const mutabilitySources = ["declared", "annotation", "default"] as const;
export type MutabilitySource = (typeof mutabilitySources)[number];

export interface OutcomeFacts {
  /** `none`: it cannot have happened; `if_mutating`: it happened, if the tool mutates; `by_case`: the gate decides. */
  readonly effect: "none" | "if_mutating" | "by_case";
  readonly retryClass: RetryClass | "by_case";
  /** Whether the gate or the server refused before the handler ran. */
  readonly refusal: boolean;
}

/** What each outcome implies wherever it does not depend on the case. */
export const outcomeFacts: Readonly<Record<Outcome, OutcomeFacts>> = {
  ok: { effect: "if_mutating", retryClass: "none", refusal: false },
  tool_error: { effect: "by_case", retryClass: "by_case", refusal: false },
  invalid_input: { effect: "none", retryClass: "correctable", refusal: true },
  invalid_output: { effect: "if_mutating", retryClass: "terminal", refusal: false },
  unknown_tool: { effect: "none", retryClass: "correctable", refusal: true },
  malformed: { effect: "none", retryClass: "terminal", refusal: true },
  unauthenticated: { effect: "none", retryClass: "terminal", refusal: true },
  denied: { effect: "none", retryClass: "terminal", refusal: true },
  rate_limited: { effect: "none", retryClass: "retryable", refusal: true },
  approval_pending: { effect: "none", retryClass: "retryable", refusal: true },
  duplicate_replayed: { effect: "by_case", retryClass: "none", refusal: false },
  duplicate_in_flight: { effect: "none", retryClass: "retryable", refusal: true },
  key_conflict: { effect: "none", retryClass: "terminal", refusal: true },
  held: { effect: "none", retryClass: "verify", refusal: true },
  input_required: { effect: "none", retryClass: "none", refusal: false },
  task_started: { effect: "by_case", retryClass: "none", refusal: false },
  timeout: { effect: "by_case", retryClass: "by_case", refusal: false },
  cancelled: { effect: "by_case", retryClass: "by_case", refusal: false },
  indeterminate: { effect: "by_case", retryClass: "verify", refusal: false },
  upstream_unavailable: { effect: "by_case", retryClass: "by_case", refusal: false },
  audit_unavailable: { effect: "none", retryClass: "retryable", refusal: true },
  internal_error: { effect: "by_case", retryClass: "by_case", refusal: false },
};

/** Effect and retry class of a delivery. */
export interface Verdict {
  effect: Effect;
  retryClass: RetryClass;
}

/**
 * The effect and retry class that follow from the outcome, the tool's mutability and whether its handler had begun.
 * For `tool_error` this is the answer for an error that nothing classified; the error table knows better.
 */
export function verdictOf(outcome: Outcome, mutability: Mutability, begun: boolean): Verdict {
  const mutates = mutability !== "read";
  switch (outcome) {
    case "tool_error":
      return mutates ? { effect: "unknown", retryClass: "verify" } : { effect: "none", retryClass: "terminal" };
    case "timeout":
    case "cancelled":
    case "upstream_unavailable":
      return mutates && begun
        ? { effect: "unknown", retryClass: "verify" }
        : { effect: "none", retryClass: "retryable" };
    case "internal_error":
      return begun ? { effect: "unknown", retryClass: "verify" } : { effect: "none", retryClass: "terminal" };
    case "indeterminate":
      return { effect: "unknown", retryClass: "verify" };
    case "task_started":
      return { effect: "unknown", retryClass: "none" };
    case "duplicate_replayed":
      return { effect: mutates ? "applied" : "none", retryClass: "none" };
    default: {
      const facts = outcomeFacts[outcome];
      return {
        effect: facts.effect === "if_mutating" && mutates ? "applied" : "none",
        retryClass: facts.retryClass as RetryClass,
      };
    }
  }
}
