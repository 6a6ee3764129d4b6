import type { CallRecord } from "@tachograph/record";

type Told = Pick<CallRecord, "outcome" | "rule" | "reason" | "errorCode" | "errorMessage">;

/** Where the gate's answers go on for programs. */
const FOR_PROGRAMS = '\n{"code":';
const confirmToken = /\brepeat-[0-9a-f]{64}[-0-9a-z]*/g;

/**
 * What went wrong, in the words that the agent was told: without what stands there for programs, and without tokens. A
 * replay that is no error tells its original's result, which is no message.
 */
export function errorMessageOf({ outcome, errorCode, errorMessage }: Told): string | null {
  if (errorMessage === null || (outcome === "duplicate_replayed" && errorCode === null)) return null;
  const end = errorMessage.indexOf(FOR_PROGRAMS);
  return (end === -1 ? errorMessage : errorMessage.slice(0, end)).replaceAll(confirmToken, "repeat-…");
}

/** Why a call ended as it did, on one line: what decided it before what was told about that. */
export function explanationOf(call: Told & Pick<CallRecord, "wouldDeny">): string | null {
  const { rule, reason, errorCode, wouldDeny } = call;
  if (rule !== null) return reason === null ? rule : `${rule}: ${reason}`;
  const why = reason ?? errorMessageOf(call) ?? errorCode;
  if (why !== null) return why;
  return wouldDeny?.length ? `on trial: ${wouldDeny.join(", ")} would have denied it` : null;
}
