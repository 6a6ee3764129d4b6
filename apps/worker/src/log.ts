export type LogLevel = "info" | "warn" | "error";

/** What a line says besides its message. Errors become their message and code; never values of calls. */
export type LogFields = Record<string, unknown>;

export type Log = (level: LogLevel, message: string, fields?: LogFields) => void;

/** Writes one line of JSON an event to standard output. */
export const logLine: Log = (level, message, fields = {}) => {
  const shown = Object.entries(fields).map(([name, value]) => [
    name,
    value instanceof Error ? describeError(value) : value,
  ]);
  process.stdout.write(`${JSON.stringify({ at: new Date(), level, message, ...Object.fromEntries(shown) })}\n`);
};

function describeError(error: Error): string {
  const { code } = error as { code?: unknown };
  return typeof code === "string" && !error.message.includes(code) ? `${error.message} (${code})` : error.message;
}
