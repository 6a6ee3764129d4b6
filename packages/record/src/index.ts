// The closed sets: how a delivery ended, and what that means for the next one.
export {
  effects,
  mutabilities,
  mutabilitySources,
  outcomeFacts,
  outcomes,
  phases,
  retryClasses,
  verdictOf,
  type Effect,
  type Mutability,
  type MutabilitySource,
  type Outcome,
  type OutcomeFacts,
  type Phase,
  type RetryClass,
  type Verdict,
} from "./outcome.ts";
export {
  classifyRetry,
  isRefusal,
  RETRY_WINDOW_CALLS,
  RETRY_WINDOW_MS,
  retryingKinds,
  retryKinds,
  type Delivery,
  type PastDelivery,
  type RetryKind,
  type RetryVerdict,
} from "./retry-kind.ts";

// The row of one delivery, its payload, and the contract it ran under.
export {
  keySources,
  principalTypes,
  sessionSources,
  transports,
  type CallPayload,
  type CallRecord,
  type Issue,
  type KeySource,
  type PrincipalType,
  type SessionSource,
  type ToolDefinition,
  type Transport,
} from "./call-record.ts";

// Operations: what executes once, and where that is kept.
export {
  keptResults,
  onceModes,
  operationStates,
  type AtomicExecution,
  type ClaimAnswer,
  type ClaimRequest,
  type ConfirmedRepeat,
  type KeptResult,
  type OnceMode,
  type OperationSnapshot,
  type OperationState,
  type OperationStore,
  type Ownership,
  type Resolution,
  type SettleAnswer,
  type Settlement,
} from "./operation.ts";

// What an agent is told.
export { ERROR_META_KEY, MAX_PAYLOAD_BYTES, type ErrorPayload, type PayloadIssue } from "./error-payload.ts";

// Where rows are sent.
export type { LedgerSink, RecordBatch, RecordedCall, RecordReport, RejectedCall } from "./sink.ts";

// Canonical JSON, redaction, ids. (Fingerprints need node:crypto: `@tachograph/record/fingerprint`.)
export {
  canonicalJson,
  CanonicalJsonError,
  type CanonicalJsonErrorCode,
  type CanonicalJsonLimits,
} from "./canonical-json.ts";
export {
  createRedactor,
  REDACTED,
  storable,
  type CaptureLimits,
  type RedactedJson,
  type RedactedText,
  type RedactionOptions,
  type Redactor,
} from "./redact.ts";
export { firstIdAt, idTime, isUuid, newId } from "./uuid.ts";

// What somebody may have meant.
export { nearestNames } from "./nearest-names.ts";
