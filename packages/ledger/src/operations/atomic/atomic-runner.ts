import { setTimeout as sleep } from "node:timers/promises";
import type { AtomicExecution, Ownership, Settlement } from "@tachograph/record";
import type { Pool } from "../../connection.ts";
import { isUnreachable, LedgerError } from "../../ledger-error.ts";
import { guardTransaction } from "./atomic-transaction.ts";
import { repeated, startBudget } from "../budget.ts";
import type { OperationPool, SqlValue } from "../operation-pool.ts";
import { nameOf } from "../operation-rows.ts";
import { committedSql, type OperationRow } from "../operation-sql.ts";

const IDLE_MS = 60_000;
/** A statement of ours that is not answered by then never will be. */
const SILENT_MS = 10_000;
const LAST_EXECUTIONS_MS = 5_000;
/** How long to look for what became of a COMMIT that was not answered. */
const FIND_OUT_MS = 10_000;

/** One connection of its own, for one transaction after the other. */
interface Lane {
  sql: Pool;
  onLost: (() => void) | undefined;
  idle: NodeJS.Timeout | undefined;
}

export interface AtomicRunner {
  run<T>(ownership: Ownership, execution: AtomicExecution<T>): Promise<T>;
  end(): Promise<void>;
}

/**
 * Runs handlers in transactions that settle as they commit. Its connections are not those of claims and heartbeats,
 * which must go on however many handlers run.
 */
export function createAtomicRunner(options: {
  openLane: (onClose: () => void) => Pool;
  size: number;
  pool: OperationPool;
  settleStatement: (settlement: Settlement) => [statement: string, values: SqlValue[]];
  findOutMs?: number;
}): AtomicRunner {
  const { findOutMs = FIND_OUT_MS } = options;
  const idle: Lane[] = [];
  const waiting: ((lane: Lane) => void)[] = [];
  const open = new Set<Lane>();
  const running = new Set<Promise<unknown>>();

  function makeLane(): Lane {
    const lane: Lane = { sql: options.openLane(() => lost(lane)), onLost: undefined, idle: undefined };
    open.add(lane);
    return lane;
  }

  function lost(lane: Lane): void {
    lane.onLost?.();
    discard(lane);
  }

  function discard(lane: Lane): void {
    clearTimeout(lane.idle);
    const index = idle.indexOf(lane);
    if (index >= 0) idle.splice(index, 1);
    if (!open.delete(lane)) return;
    void lane.sql.end({ timeout: 0 });
    if (waiting.length > 0) waiting.shift()?.(makeLane());
  }

  async function acquire(): Promise<Lane> {
    const lane = idle.pop() ?? (open.size < options.size ? makeLane() : undefined);
    if (!lane) return new Promise((resolve) => waiting.push(resolve));
    clearTimeout(lane.idle);
    return lane;
  }

  function release(lane: Lane): void {
    lane.onLost = undefined;
    if (!open.has(lane)) return;
    const next = waiting.shift();
    if (next) return next(lane);
    lane.idle = setTimeout(() => discard(lane), IDLE_MS).unref();
    idle.push(lane);
  }

  /** Waits for the transaction that was to commit, since it holds the row until it ends. */
  async function hasCommitted(ownership: Ownership, settlement: Settlement): Promise<boolean> {
    const budget = startBudget(findOutMs);
    const [row] = await repeated(budget, () =>
      options.pool.query<OperationRow>(committedSql, nameOf(ownership), budget.leftMs()),
    );
    return row?.operation.ownerToken === ownership.ownerToken.toLowerCase() && row.operation.state === settlement.state;
  }

  /** Waits for the answer to a statement of ours; a connection that went silent is given up. */
  async function answered<T>(lane: Lane, statement: PromiseLike<T>): Promise<T> {
    const silent = setTimeout(() => discard(lane), SILENT_MS).unref();
    try {
      return await statement;
    } finally {
      clearTimeout(silent);
    }
  }

  async function commit(lane: Lane, ownership: Ownership, settlement: Settlement): Promise<void> {
    const [statement, values] = options.settleStatement({ ...settlement, ...ownership });
    // On another connection these two would be no part of the transaction.
    if (!open.has(lane)) throw connectionLost(ownership);
    const settled = await answered(lane, lane.sql.unsafe(statement, values, { prepare: true }));
    if (settled.length === 0) throw ownershipLost(ownership);
    if (!open.has(lane)) throw connectionLost(ownership);
    try {
      await answered(lane, lane.sql`commit`);
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      const committed = await hasCommitted(ownership, settlement).catch((cause: unknown) => {
        throw commitUnknown(ownership, cause);
      });
      if (!committed) throw error;
    }
  }

  async function execute<T>(ownership: Ownership, execution: AtomicExecution<T>): Promise<T> {
    const lane = await acquire();
    const guarded = guardTransaction(lane.sql);
    lane.onLost = () => guarded.close("its connection was lost, and it was rolled back");
    try {
      await answered(lane, lane.sql`begin`);
      const { value, settlement } = await execution.run(guarded.transaction);
      guarded.close("its handler has returned");
      await commit(lane, ownership, settlement);
      return value;
    } catch (error) {
      guarded.close("it was rolled back");
      // Where even that fails, the connection goes, and the transaction with it.
      if (open.has(lane)) await answered(lane, lane.sql`rollback`).catch(() => discard(lane));
      throw error;
    } finally {
      release(lane);
    }
  }

  return {
    async run(ownership, execution) {
      const executed = execute(ownership, execution);
      running.add(executed);
      try {
        return await executed;
      } finally {
        running.delete(executed);
      }
    },
    async end() {
      await Promise.race([Promise.allSettled(running), sleep(LAST_EXECUTIONS_MS, undefined, { ref: false })]);
      for (const lane of open) discard(lane);
    },
  };
}

const connectionLost = ({ operationId }: Ownership): LedgerError =>
  new LedgerError("unreachable", `The connection was lost; operation ${operationId} was rolled back.`, {
    hint: "It may be executed again once Postgres is back.",
  });

const ownershipLost = ({ operationId }: Ownership): LedgerError =>
  new LedgerError("ownership_lost", `Somebody else executes operation ${operationId}; all of this was rolled back.`, {
    hint: "Its lease ended before it was settled: look for a process that stood still, or a lease that is too short.",
  });

const commitUnknown = ({ operationId }: Ownership, cause: unknown): LedgerError =>
  new LedgerError("commit_unknown", `Nobody knows yet whether operation ${operationId} was committed.`, {
    hint: "Postgres went away during the commit; the operation tells once it is back.",
    cause,
  });
