import { createServer, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { CLUSTER_USER, ensureCluster } from "./embedded/cluster.ts";
import { reachableEngine } from "./embedded/engine.ts";
import { formerPort, keepPassword, keepPort, prepareHome } from "./embedded/home.ts";
import { startPostmaster, waitForFormerPostmaster, type Postmaster } from "./embedded/postmaster.ts";
import { explainStartFailure } from "./embedded/start-failure.ts";
import { chooseSystemUser } from "./embedded/system-user.ts";
import { LedgerError } from "./ledger-error.ts";

export interface EmbeddedPostgresOptions {
  /** Holds data, password and log; kept between starts. */
  directory: string;
  /** TCP port on 127.0.0.1. @defaultValue that of the last start, else a free one */
  port?: number;
  /** Settings of postgresql.conf, e.g. `{ fsync: "off" }`. */
  settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedPostgres {
  /** With the password in it: not for logs. */
  url: string;
  /** Resolves when Postgres has ended, by `stop` or by itself. */
  exited: Promise<void>;
  stop(): Promise<void>;
}

const DATABASE = "tachograph";
const READY_WITHIN_MS = 60_000;

/**
 * Starts a Postgres of our own on this machine. It ends with this process, however that dies. As root, Postgres runs
 * as a system user.
 *
 * @throws {LedgerError} `already_running`, `directory_unusable`, `disk_full`, `postgres_missing`, `start_failed`
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const user = chooseSystemUser();
  const home = prepareHome(options.directory, user);
  const engine = reachableEngine(home, user);
  const password = keepPassword(home);
  const data = await ensureCluster({ home, engine, user, password, sync: options.settings?.fsync !== "off" });
  await waitForFormerPostmaster(data);

  for (let attempt = 1; ; attempt++) {
    // Servers keep the address that they were given: it stays the same for as long as nobody else takes the port.
    const port = options.port ?? (attempt === 1 ? formerPort(home) : undefined) ?? (await findFreePort());
    const postmaster = startPostmaster({ home, data, engine, user, port, settings: options.settings ?? {} });
    const server = `postgres://${CLUSTER_USER}:${password}@127.0.0.1:${port}`;
    try {
      await untilReady(postmaster, server);
      keepPort(home, port);
      return { url: `${server}/${DATABASE}`, exited: postmaster.exited, stop: () => postmaster.stop() };
    } catch (error) {
      await postmaster.stop();
      const output = postmaster.output();
      const portTaken = /could not bind .*address/i.test(output);
      if (portTaken && options.port === undefined && attempt < 5) continue;
      if (portTaken) {
        throw new LedgerError("start_failed", `Port ${port} on 127.0.0.1 is taken.`, {
          hint: "Choose another port, or leave the choice to us.",
          cause: error,
        });
      }
      throw error instanceof LedgerError ? error : explainStartFailure(output, "Postgres did not start");
    }
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Waits until it takes connections, and makes the database at the first start. */
async function untilReady(postmaster: Postmaster, server: string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const sql = postgres(`${server}/postgres`, { max: 1, connect_timeout: 5, fetch_types: false, onnotice: () => {} });
    try {
      // Where the port is another program's, that one may keep us waiting long after Postgres has given up.
      await Promise.race([ensureDatabase(sql), postmaster.exited]);
      if (!postmaster.hasExited()) return;
    } catch (error) {
      if (!isNotYet(error) || Date.now() > deadline) throw error;
    } finally {
      await sql.end({ timeout: 0 });
    }
    if (postmaster.hasExited()) throw explainStartFailure(postmaster.output(), "Postgres did not start");
    await sleep(20);
  }
}

async function ensureDatabase(sql: postgres.Sql): Promise<void> {
  const [known] = await sql`select from pg_database where datname = ${DATABASE}`;
  if (!known) await sql`create database ${sql(DATABASE)}`;
}

function isNotYet(error: unknown): boolean {
  const { code } = error as { code?: string };
  return (
    code === "ECONNREFUSED" ||
    code === "57P03" ||
    code === "CONNECT_TIMEOUT" ||
    code === "ECONNRESET" ||
    code === "CONNECTION_CLOSED"
  );
}
