import { setTimeout as sleep } from "node:timers/promises";
import { coded, type Connections } from "../connections/connections.ts";

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
 *
 * @param connections - As many as `size`, which nobody else uses.
 */
export function createOperationPool(
  connections: Connections,
  size: number,
  { silentAfterMs = SILENT_AFTER_MS }: { silentAfterMs?: number } = {},
): OperationPool {
  let free = size;
  const waiting = new Set<() => void>();
  const running = new Set<Promise<unknown>>();

  async function takeTurn(withinMs: number): Promise<void> {
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

  function endTurn(): void {
    const [next] = waiting;
    if (next) next();
    else free++;
  }

  async function run<Row extends object>(sending: Sending, statement: string, values: readonly SqlValue[]) {
    const { client, release } = await connections.acquire();
    let fault: unknown;
    const silent = setTimeout(() => void client.end(), silentAfterMs).unref();
    try {
      if (sending.isGivenUp) throw new StatementTimeout(false);
      sending.isSent = true;
      const { rows } = await client.query<Row>({
        name: nameOfStatement(statement),
        text: statement,
        values: [...values],
      });
      return rows;
    } catch (error) {
      if (sending.isSent) fault = error;
      throw coded(error);
    } finally {
      clearTimeout(silent);
      release(fault);
    }
  }

  return {
    async query<Row extends object>(statement: string, values: readonly SqlValue[], withinMs: number): Promise<Row[]> {
      if (withinMs <= 0) throw new StatementTimeout(false);
      const start = performance.now();
      await takeTurn(withinMs);
      const sending: Sending = { isSent: false, isGivenUp: false };
      const answer = run<Row>(sending, statement, values);
      const answered = (): void => {
        running.delete(answer);
        endTurn();
      };
      answer.then(answered, answered);
      running.add(answer);
      return within(answer, sending, withinMs - (performance.now() - start));
    },
    async end() {
      await Promise.race([Promise.allSettled(running), sleep(LAST_STATEMENTS_MS, undefined, { ref: false })]);
      await connections.close();
    },
  };
}

/** How far a statement has come. */
interface Sending {
  isSent: boolean;
  isGivenUp: boolean;
}

/** Under its name a connection prepares a statement once. */
const statementNames = new Map<string, string>();

function nameOfStatement(statement: string): string {
  const name = statementNames.get(statement) ?? `operations_${statementNames.size}`;
  statementNames.set(statement, name);
  return name;
}

async function within<T>(promise: Promise<T>, sending: Sending, withinMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    // What arrived while this process was busy is read first, and is no silence of Postgres.
    const giveUp = (): void =>
      void setImmediate(() => {
        sending.isGivenUp = true;
        reject(new StatementTimeout(sending.isSent));
      });
    timer = setTimeout(giveUp, Math.max(withinMs, 0));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
