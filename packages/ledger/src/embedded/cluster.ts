import { spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "./engine.ts";
import { explainFileError } from "./home.ts";
import { explainStartFailure } from "./start-failure.ts";
import type { SystemUser } from "./system-user.ts";

export const CLUSTER_USER = "tachograph";
const ABANDONED_AFTER_MS = 10 * 60_000;

/** Environment of Postgres' programs: nothing of ours, above all no PG… variable. */
export const engineEnvironment = { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" };

/** The data folder of the cluster in `home`, made if there is none. A start that was killed halfway leaves none. */
export async function ensureCluster(options: {
  home: string;
  engine: Engine;
  user: SystemUser | undefined;
  password: string;
  /** Whether the cluster must survive a power loss right after it was made. */
  sync: boolean;
}): Promise<string> {
  const { home, engine, user, password, sync } = options;
  const data = join(home, "data");
  if (existsSync(join(data, "PG_VERSION"))) return data;

  let draft: string | undefined;
  let passwordFile: string | undefined;
  try {
    removeAbandoned(home);
    draft = mkdtempSync(join(home, "draft-"));
    passwordFile = `${draft}.password`;
    writeFileSync(passwordFile, password, { flag: "wx", mode: 0o600 });
    if (user) {
      chownSync(draft, user.uid, user.gid);
      chownSync(passwordFile, user.uid, user.gid);
    }
    await runInitdb(engine, user, [
      `--pgdata=${draft}`,
      `--username=${CLUSTER_USER}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--no-instructions",
      ...(sync ? [] : ["--no-sync"]),
    ]);
    renameSync(draft, data);
    return data;
  } catch (error) {
    if (draft) rmSync(draft, { recursive: true, force: true });
    // Another process was quicker; its cluster is as good.
    if (existsSync(join(data, "PG_VERSION"))) return data;
    throw explainFileError(error, home);
  } finally {
    if (passwordFile) rmSync(passwordFile, { force: true });
  }
}

function removeAbandoned(home: string): void {
  for (const name of readdirSync(home)) {
    if (!name.startsWith("draft-")) continue;
    const path = join(home, name);
    if (Date.now() - statSync(path).mtimeMs > ABANDONED_AFTER_MS) rmSync(path, { recursive: true, force: true });
  }
}

async function runInitdb(engine: Engine, user: SystemUser | undefined, args: string[]): Promise<void> {
  const child = spawn(engine.initdb, args, {
    cwd: "/",
    env: engineEnvironment,
    stdio: ["ignore", "pipe", "pipe"],
    ...(user && { uid: user.uid, gid: user.gid }),
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw explainStartFailure(output, "Making the database failed");
}
