import { fileURLToPath } from "node:url";
import { startChild, type Child } from "./child.ts";
import { logDirectory, type Settings } from "./settings.ts";

/** Starts the process that carries the journals into the ledger. */
export function startWorker(settings: Settings, databaseUrl: string): Child {
  return startChild({
    name: "the worker",
    args: [fileURLToPath(import.meta.resolve("../../worker/src/main.ts"))],
    env: { ...process.env, TACHOGRAPH_DATABASE_URL: databaseUrl, TACHOGRAPH_DATA_DIR: settings.dataDirectory },
    logDirectory: logDirectory(settings),
  });
}
