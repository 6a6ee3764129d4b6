// Wrap a server.
export { tachograph, type HighLevelServer, type LowLevelServer } from "./tachograph.ts";
export type {
  ArgsOf,
  AuditUnavailable,
  AuthInfo,
  CallFacts,
  Diagnostic,
  GateOptions,
  Limit,
  Limits,
  OnceOptions,
  Principal,
  ReconcileFinding,
  RecorderOptions,
  Rule,
  RuleCheck,
  RuleVerdict,
  ToolDefaults,
  ToolOptions,
  ToolResult,
} from "./options.ts";
export type { StandardSchema } from "./standard-schema.ts";

// Inside of a tool's handler: the key to hand on, the signal, the transaction; and what a failure means.
export { callContext, type CallContext } from "./call-context.ts";
export {
  correctable,
  retryable,
  terminal,
  verify,
  type CorrectableOptions,
  type RetryableOptions,
  type ToolError,
  type ToolErrorOptions,
  type VerifyOptions,
} from "./errors/tool-error.ts";
export type { ErrorRule, FailureClass } from "./errors/error-rule.ts";
export { errorTable, type ErrorTableRow } from "./errors/error-table.ts";

// Ask a policy what it would do with a call, in a unit test.
export { simulate, type SimulatedCall, type Simulation } from "./simulate.ts";

// Record what the HTTP layer refuses before it reaches a transport.
export { observeFetch, observeHttp, type HttpObserverOptions } from "./http.ts";

// Store what is recorded and close the journal, before a process ends in good order.
export { closeRecorders } from "./recorder.ts";
