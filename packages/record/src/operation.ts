import type { CallRecord, KeySource } from "./call-record.ts";
import type { Effect } from "./outcome.ts";

/** Where an operation stands. A closed set. `in_flight` and `unknown` never end by time alone. */
export const operationStates = ["in_flight", "completed", "failed_retryable", "failed_terminal", "unknown"] as const;
export type OperationState = (typeof operationStates)[number];

/**
 * What an operation may do after a crash. `at_most_once`: never runs again by itself; `idempotent`: its handler may run
 * again, since it passes the operation's key on; `atomic`: its effect commits with the record of it.
 */
export const onceModes = ["at_most_once", "idempotent", "atomic"] as const;
export type OnceMode = (typeof onceModes)[number];

/** What is kept of an operation's answer for replays. */
export const keptResults = ["stored", "too_large", "not_kept"] as const;
export type KeptResult = (typeof keptResults)[number];

/** Names an operation, and who executes it now. */
export interface Ownership {
  project: string;
  operationId: string;
  /** UUID that fences off whoever executed before. */
  ownerToken: string;
}

/** Asks for the right to execute an operation. Written before anything is executed. */
export interface ClaimRequest extends Ownership {
  /** HMAC (hex) of the arguments that make the operation what it is. */
  fingerprint: string;
  /** Equal for calls that must not run beside an unresolved twin; null where an explicit key names the operation. */
  guard: string | null;
  mode: OnceMode;
  keySource: KeySource | null;
  leaseMs: number;
  /** The delivery as received: the row that is written should its process die. */
  call: CallRecord;
}

/** An operation as it stands. Instants are milliseconds since the epoch on the database's clock. */
export interface OperationSnapshot {
  project: string;
  operationId: string;
  state: OperationState;
  mode: OnceMode;
  keySource: KeySource | null;
  fingerprint: string;
  serverName: string;
  tool: string;
  principal: string | null;
  sessionId: string | null;
  /** Executions so far, the running one included. */
  attempt: number;
  /** Deliveries that named this operation. */
  deliveries: number;
  effect: Effect;
  /** Id of the delivery that executes or executed it last. */
  callId: string;
  claimedAt: number;
  leaseExpiresAt: number;
  /** When it left `in_flight`; since when it is `unknown`. */
  settledAt: number | null;
  /** From when a retryable failure may be executed again. */
  retryAt: number | null;
  /** JSON text of the answer, where it is kept and asked for. */
  result: string | null;
  keptResult: KeptResult | null;
  /** The database's clock when this was read. */
  readAt: number;
}

/**
 * What a claim was answered.
 * `execute`: it is ours; `replay`: settled before; `retry_later`: failed, and not yet due; `in_flight`: somebody executes
 * it; `unknown`: nobody knows whether it happened; `conflict`: the key names other arguments; `held`: an identical twin
 * under another id is in flight or unknown.
 */
export interface ClaimAnswer {
  decision: "execute" | "replay" | "retry_later" | "in_flight" | "unknown" | "conflict" | "held";
  /** The operation of this key; of the twin where it is `held`. */
  operation: OperationSnapshot;
}

/** How an execution ended. */
export interface Settlement extends Ownership {
  state: Exclude<OperationState, "in_flight">;
  effect: Effect;
  /** For `failed_retryable`: how long the same key has to wait. */
  retryAfterMs: number | null;
  /** JSON text of the exact answer; null where none is kept. */
  result: string | null;
  keptResult: KeptResult;
  /** How long a settled operation answers replays. */
  retentionMs: number;
  /** Whether it asked for input instead: the attempt does not count. */
  released?: boolean;
  /** The delivery as answered. */
  call: CallRecord;
}

/** `settled`: in time; `late`: after it had been taken for unknown; `lost`: somebody else executes it, nothing was written. */
export type SettleAnswer = "settled" | "late" | "lost";

/** What a reconcile hook or a person found out about an unknown operation. */
export interface Resolution {
  project: string;
  operationId: string;
  /** The attempt that was looked at; another one since makes the resolution void. */
  attempt: number;
  found: "applied" | "not_applied";
  /** JSON text of the answer, for `applied`. */
  result: string | null;
  retentionMs: number;
  /** Who found out: `hook` or a person's name. */
  by: string;
  reason: string;
}

/** A repeat of an unknown operation that its caller takes responsibility for. */
export interface ConfirmedRepeat extends ClaimRequest {
  /** The attempt that the token was given out for. */
  attempt: number;
  /** When the token ends, on the database's clock. */
  expiresAt: number;
}

/** A transaction that settles an operation when it commits. `transaction` is the store's own kind. */
export interface AtomicExecution<T> {
  run(transaction: unknown): Promise<{ value: T; settlement: Settlement }>;
}

/** Where operations are kept. Implemented by the ledger on Postgres. Every method rejects where the store is away. */
export interface OperationStore {
  /**
   * One auto-committed statement; another one where an operation is taken over. Repeating it with the same owner token is
   * harmless. One that was rejected is given up: what it may have been granted is let go of, so it is not to be executed,
   * and the next claim needs a new owner token.
   */
  claim(request: ClaimRequest): Promise<ClaimAnswer>;
  /** Takes an unknown operation over; undefined where the token is spent, expired or of somebody else. */
  confirmRepeat(request: ConfirmedRepeat): Promise<OperationSnapshot | undefined>;
  find(project: string, operationId: string): Promise<OperationSnapshot | undefined>;
  settle(settlement: Settlement): Promise<SettleAnswer>;
  /**
   * Runs inside a transaction that settles as it commits. Rejects with an error whose `code` is `ownership_lost` where
   * somebody took over, and `commit_unknown` where the store went away during the commit and nobody can tell: that may
   * have happened. Whatever else it rejects with, all of it is rolled back.
   */
  runAtomic<T>(ownership: Ownership, execution: AtomicExecution<T>): Promise<T>;
  /** Extends leases. Gives the ids that are still owned. */
  heartbeat(owned: readonly Ownership[], leaseMs: number): Promise<string[]>;
  /** Settles an unknown operation by what was found out; false where it is no longer unknown or was attempted again. */
  resolve(resolution: Resolution): Promise<boolean>;
  /**
   * Compares the check value of the fingerprint key with the one that the project was first used with.
   *
   * @returns whether they are equal: otherwise two processes would take one key for two operations.
   */
  checkFingerprintKey(project: string, checkValue: string): Promise<boolean>;
}
