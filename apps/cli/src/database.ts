import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { migrate } from "@tachograph/ledger";
import { startChild, type Child } from "./child.ts";
import { CliError } from "./cli-error.ts";
import type { DatabaseMessage } from "./database-process.ts";
import { logDirectory, type Settings } from "./settings.ts";

/** A database on its way: the process that holds it, and its address once it takes connections. */
export interface StartingDatabase {
  child: Child;
  url: Promise<string>;
}

/** Starts the embedded Postgres in the data directory. `url` rejects with {@link CliError} `database` or `child_died`. */
export function startDatabase(settings: Settings): StartingDatabase {
  const child = startChild({
    name: "the database",
    args: [fileURLToPath(import.meta.resolve("./database-process.ts")), join(settings.dataDirectory, "postgres")],
    env: process.env,
    logDirectory: logDirectory(settings),
  });
  return { child, url: waitForUrl(child) };
}

async function waitForUrl(child: Child): Promise<string> {
  const answer = new Promise<DatabaseMessage>((resolve) =>
    child.process.once("message", (message) => resolve(message as DatabaseMessage)),
  );
  const first = await Promise.race([answer, child.exited.then((exit) => ({ kind: "exited" as const, exit }))]);
  switch (first.kind) {
    case "ready":
      return first.url;
    case "failed":
      throw new CliError({ code: "database", message: first.message, hint: first.hint });
    case "exited":
      throw child.describeExit(first.exit);
  }
}

/**
 * Brings the ledger's tables up to date.
 *
 * @throws {CliError} `database`: unreachable, refused, too old.
 */
export async function migrateDatabase(url: string): Promise<string[]> {
  try {
    return await migrate({ url });
  } catch (cause) {
    throw databaseError(cause);
  }
}

/** The ledger's own sentence for what is wrong with the database. */
export function databaseError(cause: unknown): CliError {
  const { message, hint } = cause as Error & { hint?: string };
  return new CliError({ code: "database", message, hint, cause });
}
