import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startChild, type Child } from "./child.ts";
import type { Progress } from "./progress.ts";
import { logDirectory, type Settings } from "./settings.ts";

/** The same sessions for everybody: what the documentation shows is what a reader sees. */
const DEMO_ARGS = ["--seed", "7", "--sessions", "24", "--rate", "25"];

const TELL_EVERY_MS = 3_000;

const markPath = (settings: Settings): string => join(settings.dataDirectory, "demo-loaded");

export const isDemoLoaded = (settings: Settings): boolean => existsSync(markPath(settings));

/** Plays the demo's sessions once for this data directory; its calls reach the ledger as everybody's do. */
export function startDemo(settings: Settings, progress: Progress): Child {
  const child = startChild({
    name: "the demo",
    args: [fileURLToPath(import.meta.resolve("../../demo/src/main.ts")), ...DEMO_ARGS],
    env: { ...process.env, TACHOGRAPH_DATA_DIR: settings.dataDirectory },
    logDirectory: logDirectory(settings),
    onLine: tellNowAndThen(progress),
  });
  let stopping = false;
  void child.exited.then((exit) => {
    if (exit.code === 0 && !stopping)
      writeFileSync(markPath(settings), `${new Date().toISOString()}\n`, { mode: 0o600 });
    else if (!stopping)
      progress.say(`  demo: not loaded. ${child.describeExit(exit).message} Log: ${logDirectory(settings)}/demo.log`);
  });
  return {
    ...child,
    stop() {
      stopping = true;
      return child.stop();
    },
  };
}

/** Passes on what the demo says, but not each second, and without the table that closes it. */
function tellNowAndThen(progress: Progress): (line: string) => void {
  let nextAt = 0;
  return (line) => {
    const isTableRow = line.startsWith(" ");
    const isSummary = line.includes(" made ");
    if (isTableRow || (!isSummary && performance.now() < nextAt)) return;
    nextAt = performance.now() + TELL_EVERY_MS;
    progress.say(`  demo: ${line.replace(/^demo: /, "").replace(/ The clients saw:$/, "")}`);
  };
}
