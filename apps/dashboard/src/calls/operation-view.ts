import type { Effect, OperationState } from "@tachograph/record";

/** What the ledger remembers of the operation behind a call. Instants are milliseconds since the epoch. */
export interface OperationView {
  id: string;
  state: OperationState;
  effect: Effect;
  executions: number;
  /** How many calls named it; null where not all of them are listed. */
  deliveries: number | null;
  /** The call that executed it last. */
  executedBy: string;
  settledAtMs: number | null;
  /** From when a failure may be tried again. */
  retryAtMs: number | null;
  /** Whether whoever executes it has not been heard of for longer than it should be. */
  isAbandoned: boolean;
  /** Settled after it had been taken for unknown. */
  isLate: boolean;
  /** `hook`, or the person who found out what happened, and how. */
  resolvedBy: string | null;
  resolvedReason: string | null;
}
