import type { Effect, Mutability, MutabilitySource, Outcome, Phase, RetryClass } from "./outcome.ts";
import type { RetryKind } from "./retry-kind.ts";

/** Where the session id came from, most trustworthy first. A session is never an identity. */
export const sessionSources = ["meta", "baggage", "environment", "mcp_session_id", "process", "none"] as const;
export type SessionSource = (typeof sessionSources)[number];

export const transports = ["stdio", "http", "memory", "other"] as const;
export type Transport = (typeof transports)[number];

export const principalTypes = ["user", "client", "declared"] as const;
export type PrincipalType = (typeof principalTypes)[number];

export const keySources = ["client_meta", "client_arg", "declared", "delivery"] as const;
export type KeySource = (typeof keySources)[number];

/** One way in which arguments or a result broke the contract. Never carries the offending value. */
export interface Issue {
  /** JSON pointer into the arguments (RFC 6901); empty for the whole. */
  path: string;
  code: string;
}

/**
 * One delivery of one `tools/call`: one row, written once and never updated.
 * Instants are milliseconds since the epoch on the gate's clock; durations are microseconds.
 */
export interface CallRecord {
  /** UUIDv7; its first 48 bits are the instant of receipt. */
  id: string;
  project: string;
  sessionId: string | null;
  sessionSource: SessionSource;
  /** Counts from 1 per gate instance and session, so that a missing row shows as a gap. */
  seq: number;
  /** The host's own id of the call, equal on every redelivery. */
  toolUseId: string | null;
  /** JSON-RPC id as JSON text. Not unique; for debugging only. */
  rpcId: string | null;
  traceId: string | null;
  spanId: string | null;
  parentSpanId: string | null;
  /** UUID of the gate instance: one process, one value. */
  instanceId: string;

  serverName: string;
  serverVersion: string | null;
  /** As the client sent it, cut at 256 characters. Null where the request named none. */
  tool: string | null;
  /** SHA-256 (hex) of the tool's contract in force: name, description, schemas, annotations. */
  toolDefHash: string | null;
  transport: Transport;
  protocolVersion: string | null;
  clientName: string | null;
  clientVersion: string | null;

  principal: string | null;
  principalType: PrincipalType | null;
  authMethod: string | null;
  scopes: string[] | null;
  onBehalfOf: string | null;

  mutability: Mutability;
  mutabilitySource: MutabilitySource;
  outcome: Outcome;
  effect: Effect;
  phase: Phase;

  /** Id of the rule that decided. */
  rule: string | null;
  policyHash: string | null;
  reason: string | null;
  /** Ids of the rules that would have denied the call, had they been enforced. */
  wouldDeny: string[] | null;
  errorCode: string | null;
  /** Redacted, at most 1,000 characters. */
  errorMessage: string | null;
  issues: Issue[] | null;
  retryClass: RetryClass;
  retryAfterMs: number | null;

  retryKind: RetryKind;
  /** Deliveries of this group so far, this one included. */
  attempt: number;
  /** Id of the delivery that this one repeats. */
  retryOf: string | null;
  operationId: string | null;
  keySource: KeySource | null;
  originalCallId: string | null;
  /** HMAC-SHA256 (hex) of the canonical arguments. Null where they have no canonical form. */
  fingerprint: string | null;

  startedAt: number;
  /** From receipt to answer. */
  durationUs: number;
  validateUs: number | null;
  authorizeUs: number | null;
  onceUs: number | null;
  executeUs: number | null;
  /** UTF-8 size of the arguments as JSON, before redaction. */
  argumentsBytes: number | null;
  resultBytes: number | null;
  /** How many values redaction removed from arguments, result and error. */
  redactions: number;
  /** Whether a payload or a text of this row was cut. */
  truncated: boolean;
}

/** Redacted arguments and result of one call, as JSON text. Erasable without touching the row. */
export interface CallPayload {
  arguments: string | null;
  result: string | null;
}

/** A contract in force: what a client saw of one tool. `definition` is canonical JSON text (RFC 8785), `hash` its SHA-256. */
export interface ToolDefinition {
  hash: string;
  project: string;
  serverName: string;
  serverVersion: string | null;
  tool: string;
  definition: string;
  seenAt: number;
}
