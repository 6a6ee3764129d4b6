import { randomUUID } from "node:crypto";
import postgres from "postgres";

export interface TestDatabase extends AsyncDisposable {
  url: string;
  drop(): Promise<void>;
}

/** Names the server and the migrated template of this test run; set by the global setup. */
export const SERVER_VARIABLE = "TACHOGRAPH_TEST_SERVER_URL";
export const TEMPLATE = "tachograph_template";

/** A migrated database of one's own, in about 0.1 s. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = process.env[SERVER_VARIABLE];
  if (server === undefined) throw new Error("no test server: tests run through the root vitest.config.ts");
  const name = `tachograph_test_${randomUUID().replaceAll("-", "").slice(0, 16)}`;
  await administer(server, async (sql) => {
    await sql`create database ${sql(name)} template ${sql(templateName())} strategy file_copy`;
  });
  const drop = async (): Promise<void> => {
    await administer(server, async (sql) => {
      await sql`drop database if exists ${sql(name)} with (force)`;
    });
  };
  return { url: databaseUrl(server, name), drop, [Symbol.asyncDispose]: drop };
}

export const templateName = (): string => process.env.TACHOGRAPH_TEST_TEMPLATE ?? TEMPLATE;

export function databaseUrl(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.toString();
}

/** Runs statements on the server's own database. */
export async function administer(server: string, work: (sql: postgres.Sql) => Promise<void>): Promise<void> {
  const sql = postgres(server, { max: 1, fetch_types: false, onnotice: () => {} });
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}

export { openRawCopy, type RawCopy } from "./testing-copy.ts";
export { openBareConnection, type BareConnection } from "./testing-bare.ts";
export { startProxy, type CuttableProxy } from "./testing-proxy.ts";
