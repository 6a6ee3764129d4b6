import type {
  CaptureLimits,
  LedgerSink,
  Mutability,
  OnceMode,
  OperationSnapshot,
  OperationStore,
  PrincipalType,
  RedactionOptions,
} from "@tachograph/record";
import type { ErrorRule } from "./errors/error-rule.ts";
import type { StandardSchema } from "./standard-schema.ts";

/** What an MCP server's HTTP layer verified about the caller. The token itself is never stored. */
export interface AuthInfo {
  token?: string;
  clientId?: string;
  scopes?: string[];
  extra?: Record<string, unknown>;
}

export interface Principal {
  id: string;
  type: PrincipalType;
  onBehalfOf?: string;
}

/** What a rule, a key or a hook is told of a call. */
export interface CallFacts<Args = Record<string, unknown>> {
  /** The arguments, valid where `validate` is on, as the tool's own schema gives them. */
  args: Args;
  tool: string;
  /** Who is answerable; null where nothing verified says so. */
  principal: Principal | null;
  /** Verified scopes; empty without auth info. */
  scopes: readonly string[];
  /** `GateOptions.environment`. */
  environment: string | null;
  /** The conversation as the client names it. Never an identity. */
  sessionId: string | null;
  clientName: string | null;
  /** Milliseconds since the epoch. */
  now: number;
}

/** `true` allows; anything else denies, and a text says why. */
export type RuleVerdict = boolean | string;
export type RuleCheck<Args = Record<string, unknown>> = (call: CallFacts<Args>) => RuleVerdict | Promise<RuleVerdict>;

export interface Rule<Args = Record<string, unknown>> {
  /** Asked with valid arguments, before anything is executed. Throwing denies. */
  allow: RuleCheck<Args>;
  /** Why it denies, for the agent and the row, where `allow` gives no text. */
  reason?: string;
  /** `false`: the row says that the rule would have denied, and the call goes on. @defaultValue true */
  enforce?: boolean;
}

/** At most so many calls in any window of so many seconds, counted in this process. */
export interface Limit {
  calls: number;
  windowSeconds: number;
}

export interface Limits {
  /** By conversation, as the client names it; calls without one count together. */
  perSession?: Limit;
  /** By verified identity; calls without one count together. */
  perPrincipal?: Limit;
}

/** What a reconcile hook found out about an operation of unknown effect. */
export type ReconcileFinding =
  | { found: "applied"; result?: ToolResult; reason?: string }
  | { found: "not_applied"; reason?: string }
  | { found: "unknown" };

/** A tool's answer, by what the gate touches of it. */
export interface ToolResult {
  content: readonly object[];
  structuredContent?: Record<string, unknown>;
  isError?: boolean;
  [name: string]: unknown;
}

export interface OnceOptions<Args = Record<string, unknown>> {
  /**
   * The business identity of the operation, such as an order's id; null where a call has none, so that the host's id of
   * the call is the key, as without this option. Anything else, undefined too, refuses the call.
   */
  key?: (args: Args, call: CallFacts<Args>) => string | null;
  /** Argument in which the caller gives a key. */
  keyArgument?: string;
  /** What may happen after a crash. @defaultValue "at_most_once" */
  mode?: OnceMode;
  /** Arguments that differ between attempts of one operation, such as a time stamp. */
  volatileArgs?: readonly string[];
  /** Identical calls may run side by side: no guard. @defaultValue false */
  repeatable?: boolean;
  /** How long a duplicate waits for the execution that is under way, in milliseconds. @defaultValue 5,000 */
  waitMs?: number;
  /** How long a settled operation answers its duplicates. @defaultValue 24 for the host's id of the call, 72 for other keys */
  retentionHours?: number;
  /** Whether the answer is kept for duplicates. @defaultValue "exact" */
  storeResult?: "exact" | "none";
  /** Tool with which an agent sees what came of an operation. */
  readBackWith?: string;
  /** Who may repeat an operation of unknown effect: the agent with a token, or only a person. @defaultValue "agent" */
  confirmRepeat?: "agent" | "person";
  /** Argument in which an agent gives that token, where its host cannot set `_meta`. */
  confirmArgument?: string;
  /** Looks at the system behind the tool for whether an operation of unknown effect happened. */
  reconcile?: (call: CallFacts<Args>, operation: OperationSnapshot) => ReconcileFinding | Promise<ReconcileFinding>;
}

/** What can be said for all tools at once. */
export interface ToolDefaults {
  /** Refuses arguments that break the tool's schema, and results that break its output schema. @defaultValue true with `once` or `rules` */
  validate?: boolean;
  /** Scopes that verified auth info must have, all of them. */
  scopes?: readonly string[];
  limits?: Limits;
  /** The longest execution, in milliseconds; the agent is then answered, and the handler's end is recorded. */
  timeout?: number;
  /** Answers failures so that an agent can act on them: `true`, or what your own errors mean. @defaultValue true with `once` */
  errors?: boolean | readonly ErrorRule[];
  /** What is kept of arguments and results after redaction: all of it, or nothing. @defaultValue "redacted" */
  capture?: "redacted" | "none";
  /** Executes an operation at most once; needs `ledger`. Tools that only read are left alone. */
  once?: boolean;
}

export interface ToolOptions<Input = unknown> extends Omit<ToolDefaults, "once"> {
  /** What the tool may do to the world. @defaultValue its annotations; without any, `mutating` */
  mutability?: Mutability;
  /** The schema that the tool is registered with: gives `rules`, `once` and the hooks their types. */
  input?: StandardSchema<Input>;
  /** Named predicates that must all allow the call. */
  rules?: Readonly<Record<string, Rule<ArgsOf<Input>> | RuleCheck<ArgsOf<Input>>>>;
  /** Executes an operation at most once; needs `ledger`. @defaultValue false */
  once?: boolean | OnceOptions<ArgsOf<Input>>;
}

/** Arguments of a tool whose schema is not given are an object of unknown values. */
export type ArgsOf<Input> = unknown extends Input ? Record<string, unknown> : Input;

export interface Diagnostic {
  code:
    | "journal_unwritable"
    | "journal_recovered"
    | "journal_full"
    | "record_dropped"
    | "ship_failed"
    | "gate_fault"
    | "key_unwritable"
    | "fingerprint_key_mismatch"
    | "claim_failed"
    | "settle_failed"
    | "ownership_lost"
    | "rule_failed"
    | "hook_failed"
    | "schema_unusable"
    | "unknown_tool_options";
  message: string;
  cause?: unknown;
}

/** Options of everything that records: `tachograph()` and the HTTP observers. */
export interface RecorderOptions {
  /** Project that the rows belong to. @defaultValue `TACHOGRAPH_PROJECT`, else "default" */
  project?: string;
  /** Folder of the journal. @defaultValue `TACHOGRAPH_JOURNAL_DIR`, else `journal` in the data directory */
  journalDirectory?: string;
  /**
   * Ships the journal from this process, and keeps the operations of `once`. Without it the worker on this machine
   * ships.
   */
  ledger?: LedgerSink & Partial<OperationStore>;
  /** Further secrets to remove, beyond those that are known by name or shape. */
  redact?: RedactionOptions;
  /** How much of a payload is kept. */
  captureLimits?: CaptureLimits;
  /** Key of the argument fingerprints, 16 bytes or more. @defaultValue `TACHOGRAPH_FINGERPRINT_KEY`, else a key file in the data directory */
  fingerprintKey?: string | Uint8Array;
  /** Where problems of the recorder go; they never reach the agent. @defaultValue stderr, each code once a minute */
  onDiagnostic?: (diagnostic: Diagnostic) => void;
}

/** What happens to a call that cannot be recorded. */
export interface AuditUnavailable {
  /** @defaultValue "refuse" for tools with a pillar switched on, else "proceed" */
  mutating?: "refuse" | "proceed";
  /** @defaultValue "proceed" */
  read?: "refuse" | "proceed";
}

/** @typeParam Inputs - The arguments of each tool, from the schemas in `tools.NAME.input`. */
export interface GateOptions<Inputs = Record<string, unknown>> extends RecorderOptions {
  tools?: { readonly [Name in keyof Inputs]: ToolOptions<Inputs[Name]> };
  /** What holds for every tool that does not say otherwise itself. */
  defaults?: ToolDefaults;
  /** Where this server runs, such as "production", for rules. @defaultValue `TACHOGRAPH_ENVIRONMENT` */
  environment?: string;
  auditUnavailable?: AuditUnavailable;
  /** `_meta` keys that name the session, most trusted first, tried before the known ones. */
  sessionMetaKeys?: readonly string[];
  /** `_meta` keys that hold the host's id of the call, tried before the known ones. */
  toolUseIdMetaKeys?: readonly string[];
  /** `_meta` keys that hold an idempotency key, beside `tachograph/idempotencyKey`. */
  idempotencyKeyMetaKeys?: readonly string[];
  /** Who is answerable, from verified auth info. @defaultValue the subject, else the client id */
  principal?: (authInfo: AuthInfo) => Principal | null;
}
