import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, fstatSync, openSync, readSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { CliError } from "./cli-error.ts";
import type { Part } from "./supervisor.ts";

export interface ChildOptions {
  /** What it is, as it stands in a sentence: "the worker". */
  name: string;
  /** Path of the program and its arguments, run by this Node. */
  args: string[];
  env: NodeJS.ProcessEnv;
  cwd?: string;
  logDirectory: string;
  /** Gets each line of standard output; then the log has what goes to standard error only. */
  onLine?: (line: string) => void;
}

export interface ChildExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A process of ours: it has its own log file and process group, and ends when we do. */
export interface Child extends Part<ChildExit> {
  readonly process: ChildProcess;
}

const STOP_PATIENCE_MS = 10_000;
const TAIL_BYTES = 4_096;
const TAIL_LINES = 12;
const MAX_LOG_BYTES = 8 * 1024 * 1024;

/** What makes a Node process with an IPC channel to us end when we do: arguments before its own, and environment. */
export const endWithUs = {
  args: ["--import", import.meta.resolve("./exit-with-parent.ts")],
  env: { TACHOGRAPH_PARENT_PID: String(process.pid) },
};

export function startChild(options: ChildOptions): Child {
  const { name, args, env, cwd, onLine } = options;
  const logPath = join(options.logDirectory, `${name.split(" ").at(-1)}.log`);
  const log = openLog(logPath);
  const logStart = fstatSync(log).size;
  // A process group of its own: Ctrl-C in the terminal reaches us alone, and we stop the parts in order.
  const child = spawn(process.execPath, [...endWithUs.args, ...args], {
    cwd,
    env: { ...env, ...endWithUs.env },
    detached: true,
    stdio: ["ignore", onLine ? "pipe" : log, log, "ipc"],
  });
  closeSync(log);
  if (onLine && child.stdout) createInterface({ input: child.stdout }).on("line", onLine);

  const exited = new Promise<ChildExit>((resolve) => {
    child.on("exit", (code, signal) => resolve({ code, signal }));
    child.on("error", () => resolve({ code: null, signal: null }));
  });
  return {
    process: child,
    exited,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_PATIENCE_MS);
      await exited;
      clearTimeout(timer);
    },
    describeExit: (exit) => {
      const lines = lastLines(logPath, logStart);
      const how = exit.signal === null ? `exit code ${exit.code}` : `signal ${exit.signal}`;
      const said = lines === "" ? "It printed nothing." : `Its last lines:\n${lines}`;
      return new CliError({
        code: "child_died",
        message: `${name[0]?.toUpperCase()}${name.slice(1)} stopped unexpectedly (${how}).`,
        hint: `${said}\nIts log: ${logPath}`,
      });
    },
  };
}

function openLog(path: string): number {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > MAX_LOG_BYTES) renameSync(path, `${path}.1`);
  return openSync(path, "a", 0o600);
}

function lastLines(path: string, from: number): string {
  const fd = openSync(path, "r");
  try {
    const size = fstatSync(fd).size;
    const start = Math.max(from, size - TAIL_BYTES);
    const bytes = Buffer.alloc(Math.max(0, size - start));
    readSync(fd, bytes, 0, bytes.length, start);
    const lines = bytes.toString("utf8").trimEnd().split("\n");
    return lines
      .slice(-TAIL_LINES)
      .map((line) => `  ${line}`)
      .join("\n")
      .trimEnd();
  } finally {
    closeSync(fd);
  }
}
