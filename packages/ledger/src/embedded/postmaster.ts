import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { LedgerError } from "../ledger-error.ts";
import { engineEnvironment } from "./cluster.ts";
import type { Engine } from "./engine.ts";
import type { SystemUser } from "./system-user.ts";

/** A running Postgres. */
export interface Postmaster {
  /** Resolves when it has ended, for whatever reason. */
  exited: Promise<void>;
  hasExited(): boolean;
  /** What it printed since its start. */
  output(): string;
  /** Ends it: connections are cut, everything committed is kept. */
  stop(): Promise<void>;
}

// Ends Postgres when file descriptor 3 closes, which the kernel sees to however this process dies.
const LEASH = `
"$@" 3<&- &
postmaster=$!
{ read -r _ <&3; kill -INT "$postmaster"; } 2>/dev/null &
exec 3<&-
wait "$postmaster"`;

const MAX_LOG_BYTES = 16 * 1024 * 1024;
const FAST_STOP_MS = 20_000;
const IMMEDIATE_STOP_MS = 5_000;

export function startPostmaster(options: {
  home: string;
  data: string;
  engine: Engine;
  user: SystemUser | undefined;
  port: number;
  settings: Readonly<Record<string, string>>;
}): Postmaster {
  const { home, data, engine, user, port, settings } = options;
  const logPath = join(home, "postgres.log");
  const logSize = statSync(logPath, { throwIfNoEntry: false })?.size ?? 0;
  const log = openSync(logPath, logSize > MAX_LOG_BYTES ? "w" : "a", 0o600);
  const outputFrom = logSize > MAX_LOG_BYTES ? 0 : logSize;

  const allSettings = { listen_addresses: "127.0.0.1", unix_socket_directories: "", jit: "off", ...settings };
  const flags = Object.entries(allSettings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const child = spawn("/bin/sh", ["-c", LEASH, "sh", engine.postgres, "-D", data, "-p", String(port), ...flags], {
    cwd: "/",
    env: engineEnvironment,
    stdio: ["ignore", log, log, "pipe"],
    // A group of its own: Ctrl-C at the terminal is for us to handle, and we want to write the last rows first.
    detached: true,
    ...(user && { uid: user.uid, gid: user.gid }),
  });
  closeSync(log);
  const leash = child.stdio[3] as Writable;
  leash.on("error", () => {});
  (leash as Writable & { unref?: () => void }).unref?.();
  child.unref();

  let over = false;
  const exited = new Promise<void>((resolve) => {
    const end = (): void => {
      over = true;
      leash.destroy();
      resolve();
    };
    child.once("exit", end);
    child.once("error", end);
  });

  return {
    exited,
    hasExited: () => over,
    output: () => readFileSync(logPath, "utf8").slice(outputFrom),
    async stop() {
      child.ref();
      leash.destroy();
      if (await endsWithin(exited, FAST_STOP_MS)) return;
      signalGroup(child, "SIGQUIT");
      if (await endsWithin(exited, IMMEDIATE_STOP_MS)) return;
      signalGroup(child, "SIGKILL");
      await exited;
    },
  };
}

async function endsWithin(exited: Promise<void>, ms: number): Promise<boolean> {
  const timer = new AbortController();
  const late = sleep(ms, false, { signal: timer.signal }).catch(() => true);
  const ended = await Promise.race([exited.then(() => true), late]);
  timer.abort();
  return ended;
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

const LEASH_GRACE_MS = 500;
const STOPPING_MS = 60_000;

/**
 * Waits for a Postgres that is just ending on this data folder (whoever started it was killed).
 *
 * @throws {LedgerError} `already_running` where one is running and stays.
 */
export async function waitForFormerPostmaster(data: string): Promise<void> {
  const started = Date.now();
  for (let running = findRunning(data); running; running = findRunning(data)) {
    const waited = Date.now() - started;
    if (waited > (running.stopping ? STOPPING_MS : LEASH_GRACE_MS)) {
      throw new LedgerError("already_running", `Postgres runs on ${data} already (process ${running.pid}).`, {
        hint: "Stop the Tachograph that started it, or choose another folder with TACHOGRAPH_DATA_DIR.",
      });
    }
    await sleep(25);
  }
}

function findRunning(data: string): { pid: number; stopping: boolean } | undefined {
  const lockPath = join(data, "postmaster.pid");
  let lines: string[];
  try {
    lines = readFileSync(lockPath, "utf8").split("\n");
  } catch {
    return undefined;
  }
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return undefined;
  if (isPostgres(pid)) return { pid, stopping: lines[7]?.trim() === "stopping" };
  // A Postgres was killed and another program has got its number since: Postgres itself would take it for running.
  rmSync(lockPath, { force: true });
  return undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

function isPostgres(pid: number): boolean {
  if (process.platform !== "linux") return true;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("postgres");
  } catch {
    return false;
  }
}
