/** Faults of Postgres that lie in the row: it would be refused again. Class 22 data, class 23 constraints. */
export function isPoison(error: unknown): boolean {
  const code = postgresCode(error);
  return code !== undefined && (/^2[23]/.test(code) || code === "54000" || code === "0A000");
}

/** Whether a row is there already. */
export const isDuplicate = (error: unknown): boolean => postgresCode(error) === "23505";

/** Faults that another try may mend: serialization, deadlock, a lock that was not to be had. */
export function isTransient(error: unknown): boolean {
  const code = postgresCode(error);
  return code === "40001" || code === "40P01" || code === "55P03";
}

/** What was wrong with the row, without its values (Postgres' own message would quote them). */
export function reasonOf(error: unknown): string {
  const { constraint, column, code } = error as Record<string, string | undefined>;
  const where = constraint ?? column;
  const what = sentences[code ?? ""] ?? "refused by Postgres";
  return where === undefined ? `${what} (${code})` : `${where}: ${what} (${code})`;
}

const sentences: Record<string, string> = {
  "22001": "text too long",
  "22003": "number out of range",
  "22P02": "value of the wrong type",
  "22P05": "text that Postgres cannot hold",
  "23502": "value missing",
  "23514": "value not in the closed set",
};

function postgresCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}
