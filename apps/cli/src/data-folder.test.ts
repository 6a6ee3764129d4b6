import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { explainWriteError, prepareDataFolder, secretFile } from "./data-folder.ts";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tachograph-data-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe("the data directory", () => {
  test("is made with all folders above it", () => {
    prepareDataFolder(join(directory, "a", "b"));
    expect(existsSync(join(directory, "a", "b", "logs"))).toBe(true);
  });

  test("shows its names to nobody else", () => {
    prepareDataFolder(join(directory, "a"));
    for (const path of ["a", "a/logs"]) expect(statSync(join(directory, path)).mode & 0o066).toBe(0);
  });

  test("where a file stands in its place, the sentence names it and what to set", () => {
    writeFileSync(join(directory, "file"), "");
    expect(() => prepareDataFolder(join(directory, "file"))).toThrow(
      expect.objectContaining({
        code: "data_directory_unwritable",
        message: `The data directory ${join(directory, "file")} cannot be written (ENOTDIR).`,
        hint: expect.stringContaining("TACHOGRAPH_DATA_DIR"),
      }),
    );
  });

  test.runIf(process.platform === "linux")("where the system takes no folder at all, it is refused at once", () => {
    expect(() => prepareDataFolder("/proc/tachograph")).toThrow(
      "The data directory /proc/tachograph cannot be written (ENOENT).",
    );
  });

  test("a full disk has its own sentence", () => {
    const cause = Object.assign(new Error("write"), { code: "ENOSPC" });
    expect(explainWriteError(directory, cause)).toMatchObject({
      code: "disk_full",
      message: `The disk is full: nothing more can be written to ${directory}.`,
    });
  });

  test("a secret is made once, kept, and readable by its owner only", () => {
    const secret = secretFile(directory, "start.secret");
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(secretFile(directory, "start.secret")).toBe(secret);
    expect(secretFile(directory, "session.secret")).not.toBe(secret);
    expect(statSync(join(directory, "start.secret")).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(directory, "start.secret"), "utf8")).toBe(`${secret}\n`);
  });

  test("a secret that was cut short is made anew", () => {
    writeFileSync(join(directory, "start.secret"), "");
    expect(secretFile(directory, "start.secret")).toMatch(/^[\w-]{43}$/);
  });
});
