/** Where a server can be told to kill itself, in the order in which a call passes them. */
export const steps = [
  "before_claim",
  "after_claim",
  "in_handler",
  "after_effect",
  "before_settle",
  "after_settle",
  "before_row",
  "before_answer",
] as const;
export type Step = (typeof steps)[number];

export const STEP_VARIABLE = "TORTURE_DIE_AT";

/** Ends this very process, as a crash would, where it was told to. Nothing after it runs. */
export function pass(step: Step): void {
  if (process.env[STEP_VARIABLE] === step) process.kill(process.pid, "SIGKILL");
}
