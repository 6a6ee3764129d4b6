import { setTimeout as sleep } from "node:timers/promises";
import type { Pool } from "../connection.ts";

/** What a statement may be given. */
export type SqlValue = string | number | boolean | Uint8Array | null;

export interface OperationPool {
  /**
   * Runs one prepared statement on a connection that runs nothing else meanwhile.
   *
   * @throws {StatementTimeout} where it was not answered in time
   */
  query<Row extends object>(statement: string, values: readonly SqlValue[], withinMs: number): Promise<Row[]>;
  end(): Promise<void>;
}

/** Nobody waits for the statement any longer. Where it was `sent`, it may happen all the same. */
export class StatementTimeout extends Error {
  readonly sent: boolean;
  constructor(sent: boolean, cause?: unknown) {
    super("Postgres did not answer in time", { cause });
    this.name = "StatementTimeout";
    this.sent = sent;
  }
}

const LAST_STATEMENTS_MS = 5_000;
/** The server ends a statement that runs for longer. */
export const OPERATION_STATEMENT_TIMEOUT_MS = 5_000;
/** Where it has not, the connection is dead. */
const SILENT_AFTER_MS = OPERATION_STATEMENT_TIMEOUT_MS + 2_000;

/**
 * A few connections for the statements of operations. Statements that wait for a connection wait here and not in the
 * driver, so that one that nobody waits for any longer is never sent. Connections that went silent are replaced.
 */
export function createOperationPool(
  openPool: () => Pool,
  size: number,
  { silentAfterMs = SILENT_AFTER_MS }: { silentAfterMs?: number } = {},
): OperationPool {
  let sql = openPool();
  let free = size;
  let ended = false;
  const waiting = new Set<() => void>();
  const running = new Set<Promise<unknown>>();

  function renew(stuck: Pool): void {
    if (sql !== stuck || ended) return;
    sql = openPool();
    void stuck.end({ timeout: 0 });
  }

  async function acquire(withinMs: number): Promise<void> {
    if (free > 0) {
      free--;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const granted = (): void => {
        clearTimeout(timer);
        waiting.delete(granted);
        resolve();
      };
      const timer = setTimeout(() => {
        waiting.delete(granted);
        reject(new StatementTimeout(false));
      }, withinMs);
      waiting.add(granted);
    });
  }

  function release(): void {
    const [next] = waiting;
    if (next) next();
    else free++;
  }

  return {
    async query<Row extends object>(statement: string, values: readonly SqlValue[], withinMs: number): Promise<Row[]> {
      if (withinMs <= 0) throw new StatementTimeout(false);
      const start = performance.now();
      await acquire(withinMs);
      const used = sql;
      const answer = Promise.resolve(used.unsafe<Row[]>(statement, [...values], { prepare: true }));
      const silent = setTimeout(() => renew(used), silentAfterMs).unref();
      const answered = (): void => {
        clearTimeout(silent);
        running.delete(answer);
        release();
      };
      answer.then(answered, answered);
      running.add(answer);
      return within(answer, withinMs - (performance.now() - start));
    },
    async end() {
      ended = true;
      await Promise.race([Promise.allSettled(running), sleep(LAST_STATEMENTS_MS, undefined, { ref: false })]);
      await sql.end({ timeout: 0 });
    },
  };
}

async function within<T>(promise: Promise<T>, withinMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    // What arrived while this process was busy is read first, and is no silence of Postgres.
    const giveUp = (): void => void setImmediate(() => reject(new StatementTimeout(true)));
    timer = setTimeout(giveUp, Math.max(withinMs, 0));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
