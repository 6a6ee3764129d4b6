import type { CallRecord } from "@tachograph/record";

type Told = Pick<CallRecord, "rule" | "reason" | "errorCode" | "errorMessage" | "wouldDeny">;

/** Why a call ended as it did, on one line: what decided it before what was told about that. */
export function explanationOf(call: Told): string | null {
  const { rule, reason, errorCode, errorMessage, wouldDeny } = call;
  if (rule !== null) return reason === null ? rule : `${rule}: ${reason}`;
  const why = reason ?? errorMessage ?? errorCode;
  if (why !== null) return why;
  return wouldDeny?.length ? `on trial: ${wouldDeny.join(", ")} would have denied it` : null;
}
