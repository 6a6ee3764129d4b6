import { randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { LedgerError } from "../ledger-error.ts";
import { canEnter, type SystemUser } from "./system-user.ts";

/** Where a cluster goes whose own folder lies where only root may look. */
const OPEN_PLACE = "/var/lib/tachograph-postgres";

/**
 * The folder that holds the cluster: the one asked for or, where the user whom Postgres runs as cannot get there, one
 * of its own in {@link OPEN_PLACE} that the link `elsewhere` in the folder points to.
 */
export function prepareHome(directory: string, user: SystemUser | undefined): string {
  const asked = resolve(directory);
  try {
    mkdirSync(asked, { recursive: true, mode: 0o700 });
    if (!user) return asked;
    const link = join(asked, "elsewhere");
    if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() && existsSync(link)) return readlinkSync(link);
    if (canEnter(user, dirname(asked))) {
      chmodSync(asked, 0o711);
      return asked;
    }
    mkdirSync(OPEN_PLACE, { recursive: true });
    chmodSync(OPEN_PLACE, 0o711);
    const home = mkdtempSync(join(OPEN_PLACE, "cluster-"));
    chmodSync(home, 0o711);
    symlinkSync(home, link);
    return home;
  } catch (error) {
    throw explainFileError(error, asked);
  }
}

/** The password of this cluster's only user, made at the first start and readable by this process's user alone. */
export function keepPassword(home: string): string {
  const path = join(home, "password");
  try {
    try {
      writeFileSync(path, randomBytes(24).toString("base64url"), { flag: "wx", mode: 0o600 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    throw explainFileError(error, home);
  }
}

/** The port of the last start; undefined at the first. */
export function formerPort(home: string): number | undefined {
  try {
    const port = Number(readFileSync(join(home, "port"), "utf8"));
    return Number.isInteger(port) && port > 0 && port <= 65_535 ? port : undefined;
  } catch {
    return undefined;
  }
}

export function keepPort(home: string, port: number): void {
  try {
    writeFileSync(join(home, "port"), String(port), { mode: 0o600 });
  } catch (error) {
    throw explainFileError(error, home);
  }
}

/** A file system's refusal as a {@link LedgerError}; anything else as it is. */
export function explainFileError(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new LedgerError("disk_full", `No space is left for the database in ${path}.`, {
      hint: "Free some space, or choose another folder with TACHOGRAPH_DATA_DIR.",
      cause: error,
    });
  }
  if (code === "EACCES" || code === "EPERM" || code === "EROFS" || code === "ENOTDIR" || code === "EEXIST") {
    return new LedgerError("directory_unusable", `The database cannot be kept in ${path} (${code}).`, {
      hint: "Choose a folder that you may write to with TACHOGRAPH_DATA_DIR.",
      cause: error,
    });
  }
  return error;
}
