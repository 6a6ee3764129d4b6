import type { Answer } from "./error-result.ts";
import { durationOf, nameOf, sentenceOf, type AnsweredCall } from "./phrases.ts";

const MAX_REASON = 320;

export interface Denied extends AnsweredCall {
  /** Id of the rule. */
  rule: string;
  reason: string;
}

/** A rule said no. */
export function denied({ callId, tool, rule, reason }: Denied): Answer {
  const hint = "Asking again will not help: tell the person you work for.";
  return {
    sentence: `${nameOf(tool)} was not run: the rule ${nameOf(rule)} does not allow this call. ${sentenceOf(reason, MAX_REASON)} ${hint}`,
    payload: {
      code: "denied",
      retry: "terminal",
      effect: "none",
      hint: sentenceOf(reason, MAX_REASON),
      call_id: callId,
    },
  };
}

export interface MissingScopes extends AnsweredCall {
  missing: readonly string[];
}

/** Whoever calls was not given what the tool needs. */
export function missingScopes({ callId, tool, missing }: MissingScopes): Answer {
  const scopes = missing.slice(0, 8).map(nameOf).join(", ");
  return {
    sentence:
      `${nameOf(tool)} was not run: it needs the ${missing.length === 1 ? "scope" : "scopes"} ${scopes}, which this ` +
      `connection does not have. Asking again will not help: a person has to grant it.`,
    payload: {
      code: "missing_scope",
      retry: "terminal",
      effect: "none",
      expected: `scope ${scopes}`,
      hint: "A person has to grant it.",
      call_id: callId,
    },
  };
}

export interface RateLimited extends AnsweredCall {
  /** Milliseconds until a call is allowed again. */
  afterMs: number;
  limit?: { calls: number; windowSeconds: number };
}

/** Over a limit. */
export function rateLimited({ callId, tool, afterMs, limit }: RateLimited): Answer {
  const allowed = limit && `: at most ${callsOf(limit.calls)} allowed in ${limit.windowSeconds} s`;
  return {
    sentence:
      `${nameOf(tool)} was not run, because it was called too often${allowed ?? ""}. ` +
      `Wait ${durationOf(afterMs)}, then call again.`,
    payload: { code: "rate_limited", retry: "retryable", effect: "none", retry_after_ms: afterMs, call_id: callId },
  };
}

const callsOf = (calls: number): string => (calls === 1 ? "1 call is" : `${calls} calls are`);

export interface AuditUnavailable extends AnsweredCall {
  afterMs: number;
}

/** The call cannot be recorded, and must not run unrecorded. */
export const auditUnavailable = ({ callId, tool, afterMs }: AuditUnavailable): Answer => ({
  sentence:
    `${nameOf(tool)} was not run: it cannot be recorded at the moment, and it must not run unrecorded. ` +
    `Wait ${durationOf(afterMs)}, then call again; if that goes on, tell the person you work for.`,
  payload: { code: "audit_unavailable", retry: "retryable", effect: "none", retry_after_ms: afterMs, call_id: callId },
});

export interface InternalError extends AnsweredCall {
  /** Whether the tool's handler had been entered. */
  begun: boolean;
}

/** A fault of the gate's own. */
export const internalError = ({ callId, tool, begun }: InternalError): Answer =>
  begun
    ? {
        sentence:
          `The safety gate in front of ${nameOf(tool)} failed after the tool had begun: it may have taken effect. ` +
          `Do not call again before you have checked whether it did.`,
        payload: { code: "internal_error", retry: "verify", effect: "unknown", call_id: callId },
      }
    : {
        sentence:
          `${nameOf(tool)} was not run: the safety gate in front of it failed. ` +
          `Calling again will not help: tell the person you work for.`,
        payload: { code: "internal_error", retry: "terminal", effect: "none", call_id: callId },
      };
