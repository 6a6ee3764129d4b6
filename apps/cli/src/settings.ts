import { isAbsolute, join, resolve } from "node:path";
import { dataDirectory } from "@tachograph/gate/journal";
import { CliError } from "./cli-error.ts";

export interface Settings {
  port: number;
  /** Address of the dashboard, without a slash at the end. */
  baseUrl: string;
  dataDirectory: string;
  /** The user's own server; undefined means the embedded one in the data directory. */
  databaseUrl: string | undefined;
  demo: boolean;
}

const DEFAULT_PORT = 4477;

/** @throws {CliError} `bad_setting` */
export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  const port = readPort(env["TACHOGRAPH_PORT"]);
  const directory = dataDirectory(env);
  return {
    port,
    baseUrl: `http://127.0.0.1:${port}`,
    dataDirectory: isAbsolute(directory) ? directory : resolve(env["INIT_CWD"] || process.cwd(), directory),
    databaseUrl: readDatabaseUrl(env["TACHOGRAPH_DATABASE_URL"]),
    demo: readSwitch("TACHOGRAPH_DEMO", env["TACHOGRAPH_DEMO"]),
  };
}

export const logDirectory = (settings: Settings): string => join(settings.dataDirectory, "logs");

function readPort(text: string | undefined): number {
  if (!text) return DEFAULT_PORT;
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new CliError({
    code: "bad_setting",
    message: `TACHOGRAPH_PORT is "${text}", which is no port number.`,
    hint: `Set it to a number from 1 to 65535, or leave it out for ${DEFAULT_PORT}.`,
  });
}

function readDatabaseUrl(text: string | undefined): string | undefined {
  if (!text) return undefined;
  const url = URL.parse(text);
  if (url !== null && ["postgres:", "postgresql:"].includes(url.protocol)) return text;
  throw new CliError({
    code: "bad_setting",
    message: "TACHOGRAPH_DATABASE_URL is no address of a Postgres database.",
    hint: "It looks like postgres://user:password@host:5432/database. Leave it out to use the built-in Postgres.",
  });
}

function readSwitch(name: string, text: string | undefined): boolean {
  if (!text || text === "on") return true;
  if (text === "off") return false;
  throw new CliError({ code: "bad_setting", message: `${name} is "${text}".`, hint: "Set it to on or off." });
}
