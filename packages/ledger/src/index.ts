// The connection: everything else takes the ledger as its first argument.
export { openLedger, type Ledger, type LedgerOptions } from "./connection.ts";
export type { QueryBudget } from "./connections/query-budget.ts";
export { LedgerError, type LedgerErrorCode } from "./ledger-error.ts";
export { migrate } from "./migrate.ts";
export type { Database } from "./database.ts";

// Upkeep.
export { countDefaultPartition, ensurePartitions } from "./partitions.ts";
export { rebuildRollups, type RebuildProgress, type RebuildReport } from "./ingest/rebuild-rollups.ts";
export { listProcesses, recordHeartbeat, type ProcessStatus } from "./queries/processes.ts";

// Operations.
export { transactionOf } from "./operations/atomic/atomic-transaction.ts";
export {
  countOpenOperations,
  findOperation,
  listOperations,
  operationStatuses,
  type OpenCount,
  type OpenOperations,
  type OperationFilter,
  type OperationStatus,
  type StoredOperation,
} from "./operations/list-operations.ts";
export { reconcileOperation } from "./operations/reconcile-operation.ts";
export { sweepOperations, type SweepReport } from "./operations/sweep-operations.ts";

// Calls.
export type { CallFilter } from "./queries/call-filter.ts";
export { countCalls, findCall, listCalls, type CallSummary, type StoredCall } from "./queries/calls.ts";
export {
  countCallsBy,
  getCallHistogram,
  type CallHistogram,
  type CountedField,
  type FieldCount,
  type FieldCounts,
} from "./queries/call-counts.ts";
export {
  contrastCalls,
  type CallContrast,
  type ContrastedField,
  type ContrastedValue,
} from "./queries/call-contrast.ts";
export { findCallNeighbours, type CallNeighbours } from "./queries/call-neighbours.ts";
export { listRelatedCalls } from "./queries/related-calls.ts";
export { listOperationCalls } from "./queries/operation-calls.ts";
export { findPayload } from "./queries/payloads.ts";
export { findToolDefinition, type StoredToolDefinition } from "./queries/tool-definitions.ts";

// Tools.
export { listTools, toolSorts, type ToolSort, type ToolSummary } from "./queries/tool-list.ts";
export { getToolLatency, listToolLatencies, type ToolLatency } from "./queries/tool-latency.ts";
export { listFailingParameters, type FailingParameter, type FailingParameters } from "./queries/tool-failures.ts";
export { listToolContracts, type ToolContract, type ToolContracts } from "./queries/tool-contracts.ts";

// Sessions.
export {
  countSessions,
  findSession,
  listSessions,
  sessionSignals,
  sessionSorts,
  type SessionFilter,
  type SessionSignal,
  type SessionSort,
  type SessionSummary,
} from "./queries/sessions.ts";
export { countSessionsBy, type SessionFacet } from "./queries/session-facets.ts";
export { readSessionOutline, type OutlineCall } from "./queries/session-outline.ts";
export { tellSession, type SessionStory, type ToolTrouble } from "./queries/session-story.ts";

// The first screen, and its parts.
export { getOverview, type Overview } from "./queries/overview.ts";
export { getTotals, type Totals } from "./queries/totals.ts";
export { listTopTools, type ToolUse } from "./queries/tool-use.ts";
export { getRecordingHealth, type RecordingHealth, type WorkerHealth } from "./queries/recording-health.ts";

// What people keep.
export { listSavedViews, recordSavedView, removeSavedView, type SavedView } from "./views/saved-views.ts";

// Who may look, and who did.
export type { AccessRole, LinkPurpose } from "./database.ts";
export {
  accessActions,
  INSTANCE,
  listAccess,
  recordAccess,
  type Access,
  type AccessAction,
  type StoredAccess,
} from "./access/access-log.ts";
export { findInstanceRole, findStanding, listVisibleProjects, type Standing } from "./access/standing.ts";
export { createProject, listProjects, type ProjectSummary } from "./access/projects.ts";
export {
  createUser,
  findUser,
  listUsers,
  renameUser,
  setMemberRole,
  setUserDisabled,
  setUserRole,
  type MemberRole,
  type UserSummary,
} from "./access/users.ts";
export { endUserSessions, listUserSessions, type UserSession } from "./access/user-sessions.ts";
export { createPasswordLink, findPasswordLink, spendPasswordLink, type PasswordLink } from "./access/password-links.ts";
export {
  endPayloadGrant,
  findPayloadGrant,
  grantPayloads,
  PAYLOAD_GRANT_MINUTES,
  type PayloadGrant,
} from "./access/payload-grants.ts";
export { createApiKey, findApiKey, listApiKeys, revokeApiKey, type ApiKey, type KeyScope } from "./access/api-keys.ts";

// What lists have in common.
export type { CappedCount, Page, SearchedPage } from "./queries/page.ts";
export type { Scope } from "./queries/window.ts";
