import { auditUnavailable } from "../answers/refusal-answers.ts";
import { refuse, type GatedCall } from "./gated-call.ts";

/** How long an agent should wait for a disk or a database. */
const AUDIT_RETRY_MS = 5_000;

/** Refuses a call that could not be recorded if it ran. */
export function refuseUnaudited(gated: GatedCall, reason: string): unknown {
  const { delivery, tool } = gated;
  return refuse(gated, auditUnavailable({ callId: delivery.call.id, tool, afterMs: AUDIT_RETRY_MS }), {
    outcome: "audit_unavailable",
    reason,
  });
}
