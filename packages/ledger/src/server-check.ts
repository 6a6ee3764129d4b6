import { sql, type Kysely } from "kysely";
import type { Database } from "./database.ts";
import { describeDatabase, explainDatabaseError, LedgerError } from "./ledger-error.ts";
import { migrations } from "./migrations/index.ts";

const OLDEST_SERVER = 150_000;

/** @throws {LedgerError} where the server is too old to hold the tables. */
export async function assertServerVersion(db: Kysely<Database>, url: string): Promise<void> {
  const { rows } = await sql<{ version: string; number: number }>`
    select current_setting('server_version') as version, current_setting('server_version_num')::int as number`.execute(
    db,
  );
  const server = rows[0];
  if (server && server.number < OLDEST_SERVER) {
    throw new LedgerError("server_too_old", `Postgres at ${describeDatabase(url)} is version ${server.version}.`, {
      hint: "Use Postgres 15 or newer.",
    });
  }
}

/** @throws {LedgerError} where the database cannot be used as it is. */
export async function assertUsable(db: Kysely<Database>, url: string): Promise<void> {
  try {
    await assertServerVersion(db, url);
    const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
    const applied = new Set(rows.map(({ name }) => name));
    const missing = Object.keys(migrations).filter((name) => !applied.has(name));
    if (missing.length > 0) {
      throw new LedgerError("not_migrated", `The database ${describeDatabase(url)} lacks ${missing.join(", ")}.`, {
        hint: "Run `npm run migrate`.",
      });
    }
  } catch (error) {
    throw explainDatabaseError(error, url);
  }
}
