import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "demo-main-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function startDemo(...args: string[]): ChildProcessByStdio<null, Readable, Readable> {
  const main = fileURLToPath(new URL("./main.ts", import.meta.url));
  return spawn(process.execPath, [main, ...args], {
    env: { ...process.env, TACHOGRAPH_DATA_DIR: folder },
    stdio: ["ignore", "pipe", "pipe"],
    // A process group of its own, so that a signal can reach all of it as a terminal's does.
    detached: true,
  });
}

/** Processes that were started for this test: they carry its folder in their environment. */
function processesLeft(): string[] {
  return readdirSync("/proc").filter((entry) => {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) return false;
    try {
      return readFileSync(`/proc/${entry}/environ`, "utf8").includes(`TACHOGRAPH_DATA_DIR=${folder}`);
    } catch {
      return false;
    }
  });
}

/** Waits until so many of them run, for ten seconds at most, and says how many do. */
async function waitForProcesses(enough: (count: number) => boolean): Promise<number> {
  for (let wait = 0; wait < 100 && !enough(processesLeft().length); wait++) await sleep(100);
  return processesLeft().length;
}

describe("pnpm demo", () => {
  test("plays its sessions, sums up what the clients saw and exits with 0", async () => {
    const demo = startDemo("--seed", "7", "--sessions", "2", "--rate", "0");
    const [output, [code]] = await Promise.all([text(demo.stdout), once(demo, "exit")]);
    expect(output).toMatch(/2 sessions made \d+ calls \(\d+ deliveries\) of seed 7 in [\d.]+ s/);
    expect(output).toContain("Nothing was executed once");
    expect(output).toMatch(/\d+ {2}ok/);
    expect(code).toBe(0);
  });

  test("says which option is wrong and how it is used", async () => {
    const demo = startDemo("--rate", "fast");
    const [errors, [code]] = await Promise.all([text(demo.stderr), once(demo, "exit")]);
    expect(errors).toContain('--rate is "fast"; give a number from 0 up');
    expect(errors).toContain("pnpm demo");
    expect(code).toBe(2);
  });

  describe.skipIf(process.platform !== "linux")("leaves no process behind", () => {
    test("when Ctrl-C stops it in the middle", async () => {
      const demo = startDemo("--sessions", "200", "--rate", "30");
      const output = text(demo.stdout);
      expect(await waitForProcesses((count) => count > 2)).toBeGreaterThan(2);
      process.kill(-(demo.pid ?? 0), "SIGINT");
      const [code] = await once(demo, "exit");
      expect(code).toBe(0);
      expect(await output).toContain("stopping");
      expect(processesLeft()).toEqual([]);
    });

    test("when it is killed outright", async () => {
      const demo = startDemo("--sessions", "200", "--rate", "30");
      expect(await waitForProcesses((count) => count > 2)).toBeGreaterThan(2);
      demo.kill("SIGKILL");
      await once(demo, "exit");
      expect(await waitForProcesses((count) => count === 0)).toBe(0);
    });
  });
});
