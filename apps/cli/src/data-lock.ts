import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isAlive, ownIdentity, type ProcessIdentity } from "@tachograph/gate/journal";
import { CliError } from "./cli-error.ts";
import { explainWriteError } from "./data-folder.ts";

/** Who uses a data directory. */
export interface LockHolder extends ProcessIdentity {
  baseUrl: string;
}

export interface DataLock {
  release(): void;
}

const lockPath = (directory: string): string => join(directory, "start.lock");

/**
 * Takes the data directory for this process. What a dead process left is taken over.
 *
 * @throws {CliError} `already_running`
 */
export function lockDataDirectory(options: { directory: string; baseUrl: string }): DataLock {
  const { directory, baseUrl } = options;
  const path = lockPath(directory);
  const draft = `${path}.${process.pid}`;
  const holder: LockHolder = { ...ownIdentity(), baseUrl };
  try {
    writeFileSync(draft, JSON.stringify(holder), { mode: 0o600 });
    for (;;) {
      if (tryLink(draft, path)) return { release: () => rmSync(path, { force: true }) };
      const other = findLockHolder(directory);
      if (other !== undefined) throw alreadyRunning(directory, other);
      setAsideStale(path, draft);
    }
  } catch (error) {
    throw error instanceof CliError ? error : explainWriteError(directory, error);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The living process that uses a data directory, if there is one. */
export function findLockHolder(directory: string): LockHolder | undefined {
  return findLivingHolder(lockPath(directory));
}

function findLivingHolder(path: string): LockHolder | undefined {
  try {
    const holder = JSON.parse(readFileSync(path, "utf8")) as LockHolder;
    // Whoever holds it from another container holds a database that this one would find in use.
    return isAlive({ ...holder, host: ownIdentity().host }) ? holder : undefined;
  } catch {
    // Absent, or cut short by a full disk.
    return undefined;
  }
}

/** Two starts may find the same stale lock: whoever moves a living one away by that puts it back. */
function setAsideStale(path: string, draft: string): void {
  const aside = `${draft}.stale`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  if (findLivingHolder(aside) !== undefined) tryLink(aside, path);
  rmSync(aside, { force: true });
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function alreadyRunning(directory: string, holder: LockHolder): CliError {
  return new CliError({
    code: "already_running",
    message: `Tachograph is already running at ${holder.baseUrl} (pid ${holder.pid}) with the data in ${directory}.`,
    hint: "npm run login prints a link to it. For a second one, set TACHOGRAPH_DATA_DIR and TACHOGRAPH_PORT.",
  });
}
