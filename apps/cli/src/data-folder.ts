import { randomBytes } from "node:crypto";
import { accessSync, constants, existsSync, mkdirSync, readFileSync, statfsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CliError } from "./cli-error.ts";

/** Below this, Postgres cannot write its log ahead for long. */
const LEAST_FREE_BYTES = 200 * 1024 * 1024;

/**
 * Makes the data directory where it is missing, and sees to it that it can be used.
 *
 * @throws {CliError} `data_directory_unwritable`, `disk_full`
 */
export function prepareDataFolder(directory: string): void {
  try {
    makeFolders(join(directory, "logs"));
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw explainWriteError(directory, cause);
  }
  const { bavail, bsize } = statfsSync(directory);
  if (bavail * bsize < LEAST_FREE_BYTES) {
    const free = Math.floor((bavail * bsize) / 1024 / 1024);
    throw new CliError({
      code: "disk_full",
      message: `Only ${free} MB are free where the data is kept (${directory}); Tachograph needs 200 MB or more.`,
      hint: "Free some space, or name a folder on another disk with TACHOGRAPH_DATA_DIR.",
    });
  }
}

/** Like `mkdirSync` with `recursive`, which never returns where the system refuses with ENOENT (below /proc). */
function makeFolders(path: string): void {
  if (existsSync(path)) return;
  makeFolders(dirname(path));
  try {
    // Others may walk through, as the user does whom Postgres runs as where we are root, and see no names.
    mkdirSync(path, { mode: 0o711 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/** A random secret, made on first use and readable by its owner only. */
export function secretFile(directory: string, name: string): string {
  const path = join(directory, name);
  const kept = existsSync(path) ? readFileSync(path, "utf8").trim() : "";
  if (kept !== "") return kept;
  const secret = randomBytes(32).toString("base64url");
  try {
    writeFileSync(path, `${secret}\n`, { mode: 0o600 });
  } catch (cause) {
    throw explainWriteError(directory, cause);
  }
  return secret;
}

export function explainWriteError(directory: string, cause: unknown): CliError {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new CliError({
      code: "disk_full",
      message: `The disk is full: nothing more can be written to ${directory}.`,
      hint: "Free some space, or name a folder on another disk with TACHOGRAPH_DATA_DIR.",
      cause,
    });
  }
  return new CliError({
    code: "data_directory_unwritable",
    message: `The data directory ${directory} cannot be written (${code ?? String(cause)}).`,
    hint: "Give this user the right to write there, or name another folder with TACHOGRAPH_DATA_DIR.",
    cause,
  });
}
