import type { LedgerSink } from "@tachograph/record";
import { CamelCasePlugin, Kysely } from "kysely";
import { PostgresJSDialect } from "kysely-postgres-js";
import postgres from "postgres";
import type { Database } from "./database.ts";
import { explainDatabaseError } from "./ledger-error.ts";
import { createRecorder } from "./record-calls.ts";
import { assertUsable } from "./server-check.ts";

export interface LedgerOptions {
  /** `postgres://user:password@host:port/database` */
  url: string;
  /** @defaultValue 5 */
  maxConnections?: number;
  /** Shown in `pg_stat_activity`. @defaultValue "tachograph" */
  applicationName?: string;
  /** How long one statement may run; the server ends a longer one. @defaultValue as the server has it */
  statementTimeoutMs?: number;
}

/** One pool of connections to one database. Connects when first used. */
export interface Ledger extends LedgerSink {
  readonly db: Kysely<Database>;
  /** @throws {LedgerError} where the database cannot be reached, is older than 15, or lacks the tables. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a pool. Instants in `db` are `Date`; what the query functions return are milliseconds since the epoch. */
export function openLedger(options: LedgerOptions): Ledger {
  const sql = openPool(options);
  const db = openKysely(sql);
  const recorder = createRecorder(sql);
  return {
    db,
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
      await db.destroy();
      // Kysely ends only a pool that it has used itself; `record` uses the pool without it.
      await sql.end({ timeout: 5 });
    },
  };
}

export type Pool = postgres.Sql<{ int8: number }>;

export function openPool({
  url,
  maxConnections = 5,
  applicationName = "tachograph",
  statementTimeoutMs,
}: LedgerOptions): Pool {
  return postgres(url, {
    max: maxConnections,
    connect_timeout: 10,
    idle_timeout: 60,
    onnotice: () => {},
    // Counts, bytes and microseconds all stay far below 2^53.
    types: { int8: { to: 20, from: [20], serialize: String, parse: Number } },
    connection: {
      application_name: applicationName,
      ...(statementTimeoutMs !== undefined && { statement_timeout: statementTimeoutMs }),
    },
  });
}

export function openKysely(sql: Pool): Kysely<Database> {
  return new Kysely<Database>({
    dialect: new PostgresJSDialect({ postgres: sql }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  });
}
