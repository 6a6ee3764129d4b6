import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LedgerError, migrate } from "@tachograph/ledger";
import { startEmbeddedPostgres } from "@tachograph/ledger/embedded";
import { databaseUrlFile } from "@tachograph/record/data-directory";
import { CliError } from "./cli-error.ts";
import { explainWriteError } from "./data-folder.ts";
import type { Settings } from "./settings.ts";
import type { Part } from "./supervisor.ts";

/** The embedded Postgres, running. It ends with this process, however that dies. */
export interface OwnDatabase extends Part<void> {
  url: string;
}

/**
 * Starts the embedded Postgres in the data directory.
 *
 * @throws {CliError} `database`
 */
export async function startOwnDatabase({ dataDirectory }: Settings): Promise<OwnDatabase> {
  const directory = join(dataDirectory, "postgres");
  try {
    const postgres = await startEmbeddedPostgres({ directory });
    const describeExit = (): CliError =>
      new CliError({
        code: "child_died",
        message: "The database stopped unexpectedly.",
        hint: `Its log: ${join(directory, "postgres.log")}`,
      });
    return { url: postgres.url, exited: postgres.exited, stop: () => postgres.stop(), describeExit };
  } catch (cause) {
    throw databaseError(cause);
  }
}

/** Tells servers of the same user where to keep their operations: `openLedger()` without a url looks there. */
export function noteDatabaseUrl({ dataDirectory }: Settings, url: string): void {
  const file = databaseUrlFile(dataDirectory);
  const temporary = `${file}.${process.pid}`;
  try {
    writeFileSync(temporary, `${url}\n`, { mode: 0o600 });
    renameSync(temporary, file);
  } catch (cause) {
    throw explainWriteError(dataDirectory, cause);
  }
}

/**
 * Brings the ledger's tables up to date.
 *
 * @returns the names of what was applied
 * @throws {CliError} `database`: unreachable, refused, too old
 */
export async function migrateDatabase(url: string): Promise<string[]> {
  try {
    return await migrate({ url });
  } catch (cause) {
    throw databaseError(cause);
  }
}

/** The ledger's own sentence for what is wrong with the database; any other error as it is. */
export function databaseError(cause: unknown): unknown {
  if (!(cause instanceof LedgerError)) return cause;
  return new CliError({ code: "database", message: cause.message, hint: cause.hint, cause });
}
