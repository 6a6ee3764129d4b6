import { isRefusal, outcomes, type Outcome } from "@tachograph/record";

/** What a reader wants to know first about an outcome; each family has one colour and one shape. */
export const outcomeFamilies = ["done", "waiting", "guarded", "faulty", "refused", "failed", "uncertain"] as const;
export type OutcomeFamily = (typeof outcomeFamilies)[number];

/** Drawn beside or inside every use of a colour, so that colour is never the only sign. */
export type Shape = "disc" | "ring" | "shield" | "triangle" | "octagon" | "cross" | "question";

export interface FamilyStyle {
  label: string;
  /** One sentence for the legend. */
  meaning: string;
  shape: Shape;
  /** CSS custom property with the colour, in both themes. */
  color: string;
  /** Whether its areas are hatched: what happened is not known for sure. */
  hatched: boolean;
}

export const familyStyles: Readonly<Record<OutcomeFamily, FamilyStyle>> = {
  done: { label: "Done", meaning: "The tool answered.", shape: "disc", color: "var(--done)", hatched: false },
  waiting: {
    label: "Waiting",
    meaning: "More is needed before there is an answer.",
    shape: "ring",
    color: "var(--waiting)",
    hatched: false,
  },
  guarded: {
    label: "Guarded",
    meaning: "A repeat that was kept from running a second time.",
    shape: "shield",
    color: "var(--guarded)",
    hatched: false,
  },
  faulty: {
    label: "Faulty call",
    meaning: "The call itself was wrong; nothing ran.",
    shape: "triangle",
    color: "var(--faulty)",
    hatched: false,
  },
  refused: {
    label: "Refused",
    meaning: "Somebody or something said no; nothing ran.",
    shape: "octagon",
    color: "var(--refused)",
    hatched: false,
  },
  failed: {
    label: "Failed",
    meaning: "The tool or the service failed.",
    shape: "cross",
    color: "var(--failed)",
    hatched: false,
  },
  uncertain: {
    label: "Uncertain",
    meaning: "No answer; it may or may not have happened.",
    shape: "question",
    color: "var(--uncertain)",
    hatched: true,
  },
};

export interface OutcomeStyle {
  label: string;
  family: OutcomeFamily;
  /** One sentence for people who do not know the word. */
  meaning: string;
}

export const outcomeStyles: Readonly<Record<Outcome, OutcomeStyle>> = {
  ok: { label: "OK", family: "done", meaning: "The tool returned a result." },
  tool_error: { label: "Tool error", family: "failed", meaning: "The tool threw, or said that it failed." },
  invalid_input: { label: "Invalid input", family: "faulty", meaning: "The arguments break the tool's contract." },
  invalid_output: {
    label: "Invalid output",
    family: "failed",
    meaning: "The tool ran, but its result breaks its contract.",
  },
  unknown_tool: { label: "Unknown tool", family: "faulty", meaning: "The server has no such tool." },
  malformed: { label: "Malformed", family: "faulty", meaning: "Not a well-formed request." },
  unauthenticated: { label: "Unauthenticated", family: "refused", meaning: "No credentials, or bad ones." },
  denied: { label: "Denied", family: "refused", meaning: "A scope, a rule or the upstream server said no." },
  rate_limited: { label: "Rate limited", family: "refused", meaning: "Over a limit." },
  approval_pending: { label: "Approval pending", family: "waiting", meaning: "Held until a person approves it." },
  duplicate_replayed: {
    label: "Replayed",
    family: "guarded",
    meaning: "The operation had settled already; its original answer was returned.",
  },
  duplicate_in_flight: {
    label: "In flight",
    family: "guarded",
    meaning: "The same operation was executing at that moment.",
  },
  key_conflict: { label: "Key conflict", family: "guarded", meaning: "The same key came with other arguments." },
  held: {
    label: "Held",
    family: "guarded",
    meaning: "An identical call was running or its effect is unknown: the repeat was refused.",
  },
  input_required: { label: "Input required", family: "waiting", meaning: "The server asked for more input." },
  task_started: { label: "Task started", family: "waiting", meaning: "The result arrives later, as a task." },
  timeout: { label: "Timeout", family: "uncertain", meaning: "The deadline passed before the tool answered." },
  cancelled: { label: "Cancelled", family: "uncertain", meaning: "The client gave up." },
  indeterminate: {
    label: "Indeterminate",
    family: "uncertain",
    meaning: "The process died while the tool was running.",
  },
  upstream_unavailable: {
    label: "Upstream unavailable",
    family: "failed",
    meaning: "The server behind the proxy could not be reached, or its answer was lost.",
  },
  audit_unavailable: {
    label: "Audit unavailable",
    family: "refused",
    meaning: "Refused because it could not have been recorded.",
  },
  internal_error: { label: "Internal error", family: "failed", meaning: "A fault of Tachograph itself." },
};

const settled: ReadonlySet<Outcome> = new Set(["ok", "duplicate_replayed", "input_required", "task_started"]);

/** Of calls that were accepted and did not succeed. */
export const errorOutcomes: readonly Outcome[] = outcomes.filter(
  (outcome) => !isRefusal(outcome) && !settled.has(outcome),
);

/** Style of an outcome that a newer writer may have stored. */
export function outcomeStyleOf(outcome: string): OutcomeStyle {
  return Object.hasOwn(outcomeStyles, outcome)
    ? outcomeStyles[outcome as Outcome]
    : { label: outcome, family: "uncertain", meaning: "This version does not know the outcome." };
}
