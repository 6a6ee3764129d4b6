import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { isAlive, ownIdentity } from "@tachograph/gate/journal";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { startChild, type Child } from "./child.ts";
import { createSupervisor, stopRequested, type Supervisor } from "./supervisor.ts";

let directory: string;
let supervisor: Supervisor;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tachograph-supervisor-"));
  supervisor = createSupervisor();
});
afterEach(async () => {
  await supervisor.stopAll();
  rmSync(directory, { recursive: true });
});

/** Starts a process of that source text, and waits until it prints a line. */
async function startScript(name: string, source: string): Promise<Child> {
  const script = join(directory, `${name}.mjs`);
  writeFileSync(script, source);
  const ready = Promise.withResolvers<string>();
  const child = startChild({
    name: `the ${name}`,
    args: [script],
    env: process.env,
    logDirectory: directory,
    onLine: ready.resolve,
  });
  await ready.promise;
  return child;
}

const runsOn = 'console.log("ready"); setInterval(() => {}, 1000);';
const runs = (pid: number): boolean => isAlive({ ...ownIdentity(), pid, processStart: null }) === true;

describe("the supervisor", () => {
  test("says which child died, shows its last lines and where its log is", async () => {
    const child = await startScript(
      "worker",
      'console.log("ready"); console.error("first\\nno database"); process.exitCode = 3;',
    );
    supervisor.add(child);
    await vi.waitUntil(() => supervisor.signal.aborted);
    expect(supervisor.signal.reason).toMatchObject({
      code: "child_died",
      message: "The worker stopped unexpectedly (exit code 3).",
      hint: `Its last lines:\n  first\n  no database\nIts log: ${join(directory, "worker.log")}`,
    });
  });

  test("shows nothing of an earlier run", async () => {
    writeFileSync(join(directory, "worker.log"), "yesterday's trouble\n");
    const child = await startScript("worker", 'console.log("ready"); process.kill(process.pid, "SIGKILL");');
    supervisor.add(child);
    await vi.waitUntil(() => supervisor.signal.aborted);
    expect(supervisor.signal.reason).toMatchObject({
      message: "The worker stopped unexpectedly (signal SIGKILL).",
      hint: `It printed nothing.\nIts log: ${join(directory, "worker.log")}`,
    });
  });

  test("a child that may end does not end the others", async () => {
    supervisor.add(await startScript("worker", runsOn));
    const demo = await startScript("demo", 'console.log("ready")');
    supervisor.add(demo, { mayEnd: true });
    expect(await demo.exited).toMatchObject({ code: 0 });
    expect(supervisor.signal.aborted).toBe(false);
  });

  test("stops the last one started first, and waits for each", async () => {
    const order = join(directory, "order");
    const slow = (name: string): string => `import { appendFileSync } from "node:fs";
      process.on("SIGTERM", () => setTimeout(() => { appendFileSync("${order}", "${name} "); process.exit(0); }, 50));
      ${runsOn}`;
    for (const name of ["database", "worker", "dashboard"]) supervisor.add(await startScript(name, slow(name)));
    await supervisor.stopAll();
    expect(readFileSync(order, "utf8")).toBe("dashboard worker database ");
    expect(supervisor.signal.reason).toBe(stopRequested);
  });

  test("a killed parent leaves no child behind, not even one that ignores SIGTERM", async () => {
    const stubborn = join(directory, "stubborn.mjs");
    writeFileSync(stubborn, `process.on("SIGTERM", () => {}); ${runsOn}`);
    const source = `import { startChild } from ${JSON.stringify(import.meta.resolve("./child.ts"))};
      const child = startChild({ name: "the child", args: ["${stubborn}"], env: process.env, logDirectory: "${directory}",
        onLine: () => console.log(child.process.pid) });`;
    const parent = spawn(process.execPath, ["--input-type=module", "--eval", source], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [pid] = (await once(createInterface({ input: parent.stdout }), "line")) as [string];
    expect(runs(Number(pid))).toBe(true);
    parent.kill("SIGKILL");
    await vi.waitUntil(() => !runs(Number(pid)), { timeout: 30_000 });
  });
});
