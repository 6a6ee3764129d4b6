import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findLockHolder, lockDataDirectory } from "./data-lock.ts";

const baseUrl = "http://127.0.0.1:4477";
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tachograph-lock-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** The lock as a process that was killed left it. */
async function leaveLock(): Promise<void> {
  const script = `import { lockDataDirectory } from ${JSON.stringify(import.meta.resolve("./data-lock.ts"))};
    lockDataDirectory({ directory: ${JSON.stringify(directory)}, baseUrl: "${baseUrl}" });
    process.kill(process.pid, "SIGKILL");`;
  await once(spawn(process.execPath, ["--input-type=module", "--eval", script]), "exit");
  expect(existsSync(join(directory, "start.lock"))).toBe(true);
}

describe("the lock of a data directory", () => {
  test("a second start says where the first one runs and its process id", () => {
    const lock = lockDataDirectory({ directory, baseUrl });
    expect(() => lockDataDirectory({ directory, baseUrl: "http://127.0.0.1:5000" })).toThrow(
      `Tachograph is already running at ${baseUrl} (pid ${process.pid}) with the data in ${directory}.`,
    );
    lock.release();
    lockDataDirectory({ directory, baseUrl }).release();
  });

  test("the lock of a killed process is taken over, and leaves nothing behind", async () => {
    await leaveLock();
    expect(findLockHolder(directory)).toBeUndefined();
    const lock = lockDataDirectory({ directory, baseUrl });
    expect(findLockHolder(directory)).toMatchObject({ pid: process.pid, baseUrl });
    lock.release();
    expect(readdirSync(directory)).toEqual([]);
  });

  test("a process that got the id of the dead one is not taken for it", () => {
    const impostor = { pid: process.pid, processStart: "an-earlier-boot:1", baseUrl };
    writeFileSync(join(directory, "start.lock"), JSON.stringify(impostor));
    expect(findLockHolder(directory)).toBeUndefined();
    lockDataDirectory({ directory, baseUrl }).release();
  });

  test("a lock cut short by a full disk counts as stale", () => {
    writeFileSync(join(directory, "start.lock"), '{"pid":');
    lockDataDirectory({ directory, baseUrl }).release();
    writeFileSync(join(directory, "start.lock"), "");
    lockDataDirectory({ directory, baseUrl }).release();
  });
});
