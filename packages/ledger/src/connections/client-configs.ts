import { dirname } from "node:path";
import { types, type ClientConfig } from "pg";
import type { Pool } from "../connection.ts";

/**
 * The address of a pool, as its own driver read it from URL and environment, in the terms of the other driver. That one
 * does all but the transactions of handlers, because the pool's does not say when a COPY fails after its last byte, and
 * ends the process where a connection is lost between two statements of a transaction.
 *
 * @returns one for each host and each way of reaching it, in the order in which to try them
 */
export function clientConfigs(options: Pool["options"]): ClientConfig[] {
  const { host, port, path, user, database, connect_timeout, connection } = options;
  // Typed as absent, so that nobody prints it.
  const password: unknown = options.pass;
  const { application_name, statement_timeout, ...others } = connection as Record<string, unknown>;
  const parameters = Object.entries(others).map(([name, value]) =>
    name === "options" ? String(value) : `-c ${name}=${String(value).replaceAll(/[\\\s]/g, "\\$&")}`,
  );
  const hosts = path ? [dirname(path)] : host;
  return hosts.flatMap((name, index) =>
    tlsChoices(options.ssl).map((ssl) => ({
      host: name,
      port: port[index] ?? port[0],
      user,
      password: password as NonNullable<ClientConfig["password"]>,
      database,
      ssl,
      application_name: String(application_name),
      types: { getTypeParser },
      options: parameters.join(" "),
      connectionTimeoutMillis: connect_timeout * 1000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      ...(statement_timeout !== undefined && { statement_timeout: Number(statement_timeout) }),
    })),
  );
}

/** The same choices as the pool's driver makes, above all: no certificate is asked for unless the address says so. */
function tlsChoices(ssl: unknown): ClientConfig["ssl"][] {
  if (!ssl) return [false];
  if (ssl === "prefer") return [{ rejectUnauthorized: false }, false];
  if (ssl === "require" || ssl === "allow") return [{ rejectUnauthorized: false }];
  return [typeof ssl === "object" ? ssl : true];
}

const INT4 = 23;
const INT8 = 20;
const DATE = 1082;
const INT4_ARRAY = 1007;
const INT8_ARRAY = 1016;

/** Typed as taking an enum that lacks the lists. */
const parserOf: (type: number, format?: "text" | "binary") => (text: string) => unknown = types.getTypeParser;

/** Counts, bytes and microseconds all stay far below 2^53; a day is its midnight in UTC. */
const getTypeParser = (type: number, format?: "text" | "binary"): ((text: string) => unknown) => {
  if (type === INT8) return parserOf(INT4, format);
  if (type === INT8_ARRAY) return parserOf(INT4_ARRAY, format);
  if (type === DATE) return (text) => new Date(text);
  return parserOf(type, format);
};
