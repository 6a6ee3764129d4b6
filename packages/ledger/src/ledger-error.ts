export type LedgerErrorCode =
  | "unreachable"
  | "refused_login"
  | "no_such_database"
  | "no_database_known"
  | "server_too_old"
  | "not_migrated"
  | "newer_schema"
  | "migration_failed"
  | "postgres_missing"
  | "bad_cursor"
  | "already_running"
  | "directory_unusable"
  | "disk_full"
  | "start_failed"
  | "claim_timeout"
  | "ownership_lost"
  | "commit_unknown"
  | "bad_result_key"
  | "bad_reason"
  | "too_slow"
  | "abandoned"
  | "bad_name"
  | "already_exists"
  | "last_admin";

/** A fault that the operator can mend. `message` says what and where, `hint` what to do. */
export class LedgerError extends Error {
  readonly code: LedgerErrorCode;
  readonly hint: string;
  constructor(code: LedgerErrorCode, message: string, options: { hint: string; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "LedgerError";
    this.code = code;
    this.hint = options.hint;
  }
}

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
};

const unreachableCodes = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "ECONNRESET",
  "EPIPE",
  "CONNECT_TIMEOUT",
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "57P01",
  "57P02",
  "57P03",
]);

/** Whether it was the way to Postgres that failed, or Postgres itself that went away: another try may reach it. */
export const isUnreachable = (error: unknown): boolean => unreachableCodes.has(codeOf(error));

/** Where a database is, without its password. */
export function describeDatabase(url: string): string {
  if (!URL.canParse(url)) return "the database";
  const { hostname, port, pathname, searchParams } = new URL(url);
  return `${searchParams.get("host") ?? hostname}:${port || "5432"}${pathname}`;
}

/** The same fault as a {@link LedgerError} where it is one that an operator can mend; otherwise the error itself. */
export function explainDatabaseError(error: unknown, url: string): unknown {
  if (error instanceof LedgerError) return error;
  const where = describeDatabase(url);
  const code = codeOf(error);
  if (unreachableCodes.has(code)) {
    return new LedgerError("unreachable", `Postgres at ${where} cannot be reached (${code}).`, {
      hint: "Check that it runs and that TACHOGRAPH_DATABASE_URL names its host and port.",
      cause: error,
    });
  }
  if (code === "28P01" || code === "28000") {
    return new LedgerError("refused_login", `Postgres at ${where} refused the login.`, {
      hint: "Check user and password in TACHOGRAPH_DATABASE_URL.",
      cause: error,
    });
  }
  if (code === "3D000") {
    return new LedgerError("no_such_database", `Postgres at ${where} has no such database.`, {
      hint: "Create it (createdb), or correct the name in TACHOGRAPH_DATABASE_URL.",
      cause: error,
    });
  }
  if (code === "53100") {
    return new LedgerError("disk_full", `The disk of Postgres at ${where} is full.`, {
      hint: "Free space there; rows wait in the journals until then.",
      cause: error,
    });
  }
  if (code === "42P01" || code === "42703" || code === "42883") {
    return new LedgerError("not_migrated", `The database ${where} lacks Tachograph's tables.`, {
      hint: "Run `npm run migrate`.",
      cause: error,
    });
  }
  return error;
}
