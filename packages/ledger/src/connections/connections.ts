import type { Socket } from "node:net";
import { Client, type ClientConfig, type Connection } from "pg";

/** Connections of which each does one piece of work at a time, and is closed after a fault that is not a statement's. */
export interface Connections {
  use<Result>(work: (client: Client) => Promise<Result>): Promise<Result>;
  acquire(): Promise<Acquired>;
  close(): Promise<void>;
}

/** A connection that is nobody else's until it is released, with what went wrong on it. */
export interface Acquired {
  client: Client;
  release: (fault?: unknown) => void;
}

export interface ConnectionLimits {
  /** @defaultValue 4 */
  max?: number;
  /** How long a connection stays open unused, in milliseconds. @defaultValue 10,000 */
  idleMs?: number;
  /** What each connection is told when it is open. */
  settings?: Readonly<Record<string, string | number>>;
  /** A piece of work that takes longer waits for a server that is gone without a word. @defaultValue 120,000 */
  workWithinMs?: number;
}

/** Opens connections as they are needed, to the first of the hosts that takes one. */
export function openConnections(
  hosts: readonly ClientConfig[],
  { max = 4, idleMs = 10_000, workWithinMs = 120_000, settings = {} }: ConnectionLimits = {},
): Connections {
  const idle: { client: Client; timer: NodeJS.Timeout }[] = [];
  const open = new Set<Client>();
  const waiting: (() => void)[] = [];
  let free = max;
  let closed = false;

  async function takeTurn(): Promise<void> {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  }

  function endTurn(): void {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  }

  async function acquire(): Promise<Acquired> {
    await takeTurn();
    try {
      if (closed) throw connectionError("CONNECTION_ENDED", "the ledger is closed");
      const client = await reuseOrConnect();
      const release = (fault?: unknown): void => {
        (fault === undefined || isOfStatement(fault) ? keep : discard)(client);
        endTurn();
      };
      return { client, release };
    } catch (error) {
      endTurn();
      throw coded(error);
    }
  }

  async function reuseOrConnect(): Promise<Client> {
    const kept = idle.pop();
    if (kept === undefined) return connectAny();
    clearTimeout(kept.timer);
    socketOf(kept.client).ref();
    return kept.client;
  }

  async function connectAny(): Promise<Client> {
    const failures: unknown[] = [];
    for (const config of hosts) {
      try {
        const client = await connect(config, settings);
        open.add(client);
        client.once("end", () => discard(client));
        return client;
      } catch (error) {
        failures.push(error);
      }
    }
    throw failures.at(-1) ?? connectionError("ECONNREFUSED", "the database's address names no host");
  }

  function keep(client: Client): void {
    if (closed || !open.has(client)) return void client.end();
    socketOf(client).unref();
    idle.push({ client, timer: setTimeout(() => discard(client), idleMs).unref() });
  }

  function discard(client: Client): void {
    open.delete(client);
    const at = idle.findIndex((kept) => kept.client === client);
    if (at >= 0) clearTimeout(idle.splice(at, 1)[0]?.timer);
    void client.end();
  }

  return {
    acquire,
    async use(work) {
      let acquired: Acquired | undefined;
      try {
        acquired = await acquire();
        const result = await within(workWithinMs, acquired.client, work(acquired.client));
        acquired.release();
        return result;
      } catch (error) {
        acquired?.release(error);
        throw coded(error);
      }
    },
    async close() {
      closed = true;
      for (const { client, timer } of idle.splice(0)) {
        clearTimeout(timer);
        socketOf(client).ref();
      }
      await Promise.all([...open].map((client) => client.end()));
    },
  };
}

/** Whether the server refused a statement and goes on serving. A standby (25006) is of no use, whatever it still serves. */
function isOfStatement(error: unknown): boolean {
  const { severity, code } = error as { severity?: string; code?: string };
  return severity === "ERROR" && code !== "25006";
}

/** An idle connection must not keep its process from ending. */
const socketOf = (client: Client): Socket =>
  (client as Client & { connection: Connection }).connection.stream as Socket;

async function connect(config: ClientConfig, settings: Readonly<Record<string, string | number>>): Promise<Client> {
  const client = new Client(config);
  // Told of by the query that fails; without a listener it would end the process.
  client.on("error", () => undefined);
  try {
    await client.connect();
    // Not among the parameters of the start: a pooler in between refuses those that it does not know.
    const wanted = Object.entries(settings).map(([name, value]) => `set ${name} = ${value}`);
    if (wanted.length > 0) await client.query(wanted.join("; "));
    return client;
  } catch (error) {
    void client.end();
    throw error;
  }
}

async function within<Result>(ms: number, client: Client, work: Promise<Result>): Promise<Result> {
  const timer = setTimeout(() => void client.end(), ms);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}

/** Faults of the way to the server get a code like the other driver's, so that they are explained alike. */
export function coded(error: unknown): unknown {
  if (!(error instanceof Error) || "code" in error) return error;
  return connectionError(
    error.message === "timeout expired" ? "CONNECT_TIMEOUT" : "CONNECTION_CLOSED",
    error.message,
    error,
  );
}

function connectionError(code: string, message: string, cause?: Error): Error {
  return Object.assign(new Error(message, { cause }), { code });
}
