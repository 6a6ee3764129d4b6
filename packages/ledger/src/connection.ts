import type { LedgerSink, OperationStore } from "@tachograph/record";
import { CamelCasePlugin, Kysely, PostgresDialect } from "kysely";
import postgres from "postgres";
import { clientConfigs } from "./connections/client-configs.ts";
import { openConnections, type ConnectionLimits, type Connections } from "./connections/connections.ts";
import { kyselyPool } from "./connections/kysely-pool.ts";
import type { QueryBudget } from "./connections/query-budget.ts";
import type { Database } from "./database.ts";
import { findDatabaseUrl } from "./find-database-url.ts";
import { explainDatabaseError } from "./ledger-error.ts";
import { knowArrayTypes } from "./operations/atomic/array-types.ts";
import { createOperationPool, OPERATION_STATEMENT_TIMEOUT_MS } from "./operations/operation-pool.ts";
import { createOperationStore } from "./operations/operation-store.ts";
import { createResultCipher, RESULT_KEY_VARIABLE } from "./operations/result-cipher.ts";
import { createRecorder } from "./record-calls.ts";
import { assertUsable } from "./server-check.ts";

export interface LedgerOptions {
  /**
   * `postgres://user:password@host:port/database`
   *
   * @defaultValue `TACHOGRAPH_DATABASE_URL`, else the database of Tachograph's service on this machine
   */
  url?: string;
  /** @defaultValue 5 */
  maxConnections?: number;
  /** Shown in `pg_stat_activity`. @defaultValue "tachograph" */
  applicationName?: string;
  /** How long one statement may run; the server ends a longer one. @defaultValue as the server has it */
  statementTimeoutMs?: number;
  /** Connections for claims, settlements and heartbeats, beside the others. @defaultValue 5 */
  operationConnections?: number;
  /** How many `atomic` handlers may run at a time, each on a connection of its own. @defaultValue 5 */
  atomicConnections?: number;
  /** A claim or settlement that Postgres has not answered by then is given up, retries included. @defaultValue 500 */
  claimBudgetMs?: number;
  /** 32 bytes in base64 or hex that kept results are encrypted with. @defaultValue what TACHOGRAPH_RESULT_KEY says */
  resultKey?: string;
}

/** One pool of connections to one database. Connects when first used. */
export interface Ledger extends LedgerSink, OperationStore {
  readonly db: Kysely<Database>;
  /**
   * The same ledger for one reader: each query of its `db` fails with `too_slow` when its time is up, and with `abandoned`
   * when nobody waits for it any more; Postgres ends it then. Nothing of it has to be closed.
   */
  within(budget: QueryBudget): Ledger;
  /** @throws {LedgerError} where the database cannot be reached, is older than 15, or lacks the tables. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a pool. Instants in `db` are `Date`; what the query functions return are milliseconds since the epoch.
 *
 * @throws {LedgerError} `bad_result_key`, `no_database_known`
 */
export function openLedger(given: LedgerOptions = {}): Ledger {
  const options = { ...given, url: given.url ?? findDatabaseUrl() };
  const connections = kyselyConnections(options);
  const db = kyselyOver(connections);
  const recorder = createRecorder(connectionsTo(options));
  const operations = openOperations(options);
  const ledger: Ledger = {
    ...operations.store,
    db,
    within: (budget) => ({ ...ledger, db: kyselyOver(connections, budget) }),
    check: () => assertUsable(db, options.url),
    async record(batch) {
      try {
        return await recorder.record(batch);
      } catch (error) {
        throw explainDatabaseError(error, options.url);
      }
    },
    async close() {
      await recorder.close();
      await operations.close();
      await db.destroy();
    },
  };
  return ledger;
}

function openOperations(options: LedgerOptions & { url: string }): ReturnType<typeof createOperationStore> {
  const { url, applicationName, operationConnections = 5, atomicConnections = 5, claimBudgetMs = 500 } = options;
  const { resultKey = process.env[RESULT_KEY_VARIABLE] } = options;
  const cipher = createResultCipher(resultKey);
  const base = { url, ...(applicationName !== undefined && { applicationName }) };
  // A transaction lasts as long as its handler: no timer of the driver may end its connection.
  const openLane = (onClose: () => void): Pool => {
    const lane = openPool(
      { ...base, maxConnections: 1 },
      { idle_timeout: 0, max_lifetime: null, fetch_types: false, backoff: soon, onclose: onClose },
    );
    knowArrayTypes(lane);
    return lane;
  };
  const statements = connectionsTo(
    { ...base, statementTimeoutMs: OPERATION_STATEMENT_TIMEOUT_MS },
    { max: operationConnections, idleMs: KEPT_MS, lockTimeoutMs: Math.ceil(claimBudgetMs * 0.8) },
  );
  const pool = createOperationPool(statements, operationConnections);
  return createOperationStore({ url, pool, openLane, atomicConnections, cipher, claimBudgetMs });
}

/** How long a connection that nobody uses stays open. */
const KEPT_MS = 60_000;

/** Seconds until the next try to connect: the driver's own waits grow to 20 s, and calls would be refused for as long. */
const soon = (failures: number): number => Math.min(0.01 * 2 ** failures, 0.5);

export type Pool = postgres.Sql<{ int8: number }>;

type DriverOptions = Pick<
  postgres.Options<never>,
  "idle_timeout" | "max_lifetime" | "fetch_types" | "onclose" | "backoff"
> & { lockTimeoutMs?: number };

export function openPool(
  { url, maxConnections = 5, applicationName = "tachograph", statementTimeoutMs }: LedgerOptions & { url: string },
  { lockTimeoutMs, ...driver }: DriverOptions = {},
): Pool {
  return postgres(url, {
    max: maxConnections,
    connect_timeout: 10,
    onnotice: () => {},
    idle_timeout: 60,
    ...driver,
    // Counts, bytes and microseconds all stay far below 2^53.
    types: { int8: { to: 20, from: [20], serialize: String, parse: Number } },
    connection: {
      application_name: applicationName,
      ...(statementTimeoutMs !== undefined && { statement_timeout: statementTimeoutMs }),
      ...(lockTimeoutMs !== undefined && { lock_timeout: lockTimeoutMs }),
    },
  });
}

/** Connections of the driver that does all but the transactions of handlers. The pool is only read, and never connects. */
function connectionsTo(
  options: LedgerOptions & { url: string },
  { lockTimeoutMs, ...limits }: ConnectionLimits & Pick<DriverOptions, "lockTimeoutMs"> = {},
): Connections {
  const { options: address } = openPool(options, { ...(lockTimeoutMs !== undefined && { lockTimeoutMs }) });
  return openConnections(clientConfigs(address), limits);
}

/** No query reads so much that it pays to start helpers or a compiler for it: both take longer than most answers do. */
const QUICK_PLANS = { max_parallel_workers_per_gather: 0, jit: "off" };

function kyselyConnections(options: LedgerOptions & { url: string }): Connections {
  const { maxConnections: max = 5 } = options;
  return connectionsTo(options, { max, idleMs: KEPT_MS, settings: QUICK_PLANS });
}

export const openKysely = (options: LedgerOptions & { url: string }): Kysely<Database> =>
  kyselyOver(kyselyConnections(options));

function kyselyOver(connections: Connections, budget?: QueryBudget): Kysely<Database> {
  return new Kysely<Database>({
    dialect: new PostgresDialect({ pool: kyselyPool(connections, budget) }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  });
}
