import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test, vi } from "vitest";
import { isAlive, ownIdentity } from "./process-identity.ts";

describe("a process", () => {
  test("lives while it is this one", () => {
    expect(isAlive(ownIdentity())).toBe(true);
  });

  test("is another one where its number was given again", () => {
    expect(isAlive({ ...ownIdentity(), processStart: "an earlier boot:1" })).toBe(false);
  });

  test("of another host or container cannot be seen", () => {
    expect(isAlive({ ...ownIdentity(), host: "elsewhere" })).toBeUndefined();
  });

  test.runIf(process.platform === "linux")("that has ended is dead, though whoever started it never asks", async () => {
    // As a container whose first process collects nobody.
    const parent = spawn("sh", ["-c", "sleep 0.1 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] });
    try {
      const [chunk] = (await once(parent.stdout, "data")) as [Buffer];
      const child = { ...ownIdentity(), pid: Number(chunk.toString()), processStart: null };
      await vi.waitFor(() => expect(isAlive(child)).toBe(false), 5_000);
      // The number is not free: it is the ended one that is asked about.
      expect(() => process.kill(child.pid, 0)).not.toThrow();
    } finally {
      parent.kill("SIGKILL");
    }
  });
});
