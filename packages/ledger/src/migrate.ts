import { sql } from "kysely";
import { Migrator } from "kysely/migration";
import { openKysely } from "./connection.ts";
import { describeDatabase, explainDatabaseError, LedgerError } from "./ledger-error.ts";
import { migrations } from "./migrations/index.ts";
import { assertServerVersion } from "./server-check.ts";

/**
 * Brings a database up to this version; forward only. Safe to run from several processes at once.
 *
 * @returns the names of the migrations that this call applied
 * @throws {LedgerError}
 */
export async function migrate({ url }: { url: string }): Promise<string[]> {
  const db = openKysely({ url, maxConnections: 2, applicationName: "tachograph-migrate" });
  try {
    await assertServerVersion(db, url);
    return await db.connection().execute(async (locked) => {
      // Kysely takes its own lock only after it made its tables, which two processes must not do at once either.
      await sql`select pg_advisory_lock(hashtextextended('tachograph migrate', 0))`.execute(locked);
      try {
        return await applyAll(db, url);
      } finally {
        await sql`select pg_advisory_unlock(hashtextextended('tachograph migrate', 0))`.execute(locked);
      }
    });
  } catch (error) {
    throw explainDatabaseError(error, url);
  } finally {
    await db.destroy();
  }
}

async function applyAll(db: ReturnType<typeof openKysely>, url: string): Promise<string[]> {
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error === undefined) return results.map(({ migrationName }) => migrationName);

  const where = describeDatabase(url);
  if (error instanceof Error && error.message.includes("previously executed migration")) {
    throw new LedgerError("newer_schema", `The database ${where} was migrated by a newer Tachograph.`, {
      hint: "Run that version or newer.",
      cause: error,
    });
  }
  const failed = results.find(({ status }) => status === "Error")?.migrationName ?? "the migration";
  const reason = error instanceof Error ? error.message : "unknown error";
  throw new LedgerError("migration_failed", `${failed} failed on ${where}: ${reason}. Nothing was changed.`, {
    hint: "Check that the user owns the database or its schema.",
    cause: error,
  });
}
