import "server-only";

/** What the dashboard is told by whoever starts it. */
export interface Settings {
  databaseUrl: string;
  /** Address under which people open the dashboard, without a trailing slash. */
  url: string;
  /** Known to the one who started the dashboard; it buys a login link. Undefined: no links are given out. */
  startSecret: string | undefined;
  /** Signs session cookies. */
  authSecret: string;
}

function required(name: string, why: string): string {
  const value = process.env[name];
  if (!value)
    throw new Error(`${name} is not set: ${why}. \`npm start\` sets it; see the README for running the parts by hand.`);
  return value;
}

/** @throws {Error} where a needed variable is missing, with what it is for. */
export function getSettings(): Settings {
  return {
    databaseUrl: required("TACHOGRAPH_DATABASE_URL", "the dashboard reads the ledger from this Postgres database"),
    url: (process.env.TACHOGRAPH_URL ?? `http://127.0.0.1:${process.env.PORT ?? "3000"}`).replace(/\/+$/, ""),
    startSecret: process.env.TACHOGRAPH_START_SECRET || undefined,
    authSecret: required("BETTER_AUTH_SECRET", "it signs session cookies, at least 32 characters"),
  };
}
