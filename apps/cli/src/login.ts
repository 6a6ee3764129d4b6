import { findLockHolder } from "./data-lock.ts";
import { requestLoginLink } from "./dashboard.ts";
import { CliError } from "./cli-error.ts";
import { readSettings } from "./settings.ts";

/** Prints a fresh one-time link to the Tachograph that runs on this data directory. */
export async function login(): Promise<void> {
  const settings = readSettings();
  const holder = findLockHolder(settings.dataDirectory);
  if (holder === undefined) {
    throw new CliError({
      code: "not_running",
      message: `Tachograph is not running with the data in ${settings.dataDirectory}.`,
      hint: "Start it with npm start. If its data is elsewhere, set TACHOGRAPH_DATA_DIR as you did there.",
    });
  }
  console.log(await requestLoginLink({ ...settings, baseUrl: holder.baseUrl }));
}
