import { LedgerError, type LedgerErrorCode } from "../ledger-error.ts";

const causes: readonly [RegExp, LedgerErrorCode, string, string][] = [
  [/No space left on device|Disk quota exceeded/i, "disk_full", "no space is left", "Free some space."],
  [
    /lock file "postmaster\.pid" already exists|another postmaster|still in use/i,
    "already_running",
    "another process runs Postgres on the same folder",
    "Stop that one first, or choose another folder with TACHOGRAPH_DATA_DIR.",
  ],
  [
    /Permission denied|could not access directory|wrong ownership|Read-only file system/i,
    "directory_unusable",
    "its folder cannot be read or written",
    "Check who owns the folder, or choose another with TACHOGRAPH_DATA_DIR.",
  ],
  [
    /error while loading shared libraries|Library not loaded/i,
    "postgres_missing",
    "a library of the embedded Postgres is missing",
    "Install again with install scripts allowed, or set TACHOGRAPH_DATABASE_URL.",
  ],
  [
    /database files are incompatible with server|initialized by PostgreSQL version/i,
    "start_failed",
    "its files were made by another version of Postgres",
    "Start the version of Tachograph that made them, dump the data, and load it into this one.",
  ],
];

/** What Postgres printed before it gave up, as a sentence with a way out. */
export function explainStartFailure(output: string, what: string): LedgerError {
  for (const [pattern, code, why, hint] of causes) {
    if (pattern.test(output)) return new LedgerError(code, `${what}: ${why}.`, { hint, cause: new Error(output) });
  }
  const lines = output.trim().split("\n");
  const told = lines.findLast((line) => /FATAL|PANIC|error:/.test(line)) ?? lines.at(-1) ?? "it said nothing";
  return new LedgerError("start_failed", `${what}: ${told.trim()}`, {
    hint: "See postgres.log in the database's folder.",
    cause: new Error(output),
  });
}
