import { readFileSync } from "node:fs";
import { databaseUrlFile, dataDirectory } from "@tachograph/record/data-directory";
import { LedgerError } from "./ledger-error.ts";

/**
 * The database of Tachograph on this machine: `TACHOGRAPH_DATABASE_URL`, else what its service noted in the data
 * directory.
 *
 * @throws {LedgerError} `no_database_known`
 */
export function findDatabaseUrl(env: NodeJS.ProcessEnv = process.env): string {
  const given = env["TACHOGRAPH_DATABASE_URL"];
  if (given) return given;
  const file = databaseUrlFile(dataDirectory(env));
  try {
    const url = readFileSync(file, "utf8").trim();
    if (url !== "") return url;
  } catch (cause) {
    throw nothingKnown(file, cause);
  }
  throw nothingKnown(file, undefined);
}

function nothingKnown(file: string, cause: unknown): LedgerError {
  const { code } = (cause ?? {}) as NodeJS.ErrnoException;
  const forbidden = code === "EACCES" || code === "EPERM";
  return new LedgerError(
    "no_database_known",
    forbidden
      ? `The address of the database is in ${file}, which this user may not read.`
      : `No database is named, and Tachograph's service has noted none in ${file}.`,
    {
      hint: forbidden
        ? "Set TACHOGRAPH_DATABASE_URL, or run this process as the user that runs the service."
        : "Run npm start once as the same user, set TACHOGRAPH_DATABASE_URL, or give openLedger a url.",
      cause,
    },
  );
}
