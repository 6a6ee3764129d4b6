import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { loadFingerprintKey } from "./fingerprint-key.ts";
import type { Diagnostic } from "./options.ts";

let directory: string;
let diagnostics: Diagnostic[];
const load = (given?: string | Uint8Array): Uint8Array =>
  loadFingerprintKey(given, (diagnostic) => diagnostics.push(diagnostic));

beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), "key-")), "data");
  diagnostics = [];
  vi.stubEnv("TACHOGRAPH_DATA_DIR", directory);
  vi.stubEnv("TACHOGRAPH_FINGERPRINT_KEY", "");
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(join(directory, ".."), { recursive: true, force: true });
});

describe("the fingerprint key", () => {
  test("is as given, else the environment's, else the file's", () => {
    expect(Buffer.from(load("a key of 16 bytes"))).toEqual(Buffer.from("a key of 16 bytes"));
    vi.stubEnv("TACHOGRAPH_FINGERPRINT_KEY", "the environment's key");
    expect(Buffer.from(load())).toEqual(Buffer.from("the environment's key"));
    vi.stubEnv("TACHOGRAPH_FINGERPRINT_KEY", "");
    expect(load()).toHaveLength(32);
    expect(diagnostics).toEqual([]);
  });

  test("is made once, for its owner's eyes only, and found again", () => {
    const key = load();
    expect(Buffer.from(load())).toEqual(Buffer.from(key));
    expect(readFileSync(join(directory, "fingerprint.key"))).toEqual(Buffer.from(key));
    expect(statSync(join(directory, "fingerprint.key")).mode & 0o777).toBe(0o600);
  });

  test("that is given too short is refused with what to give", () => {
    expect(() => load("short")).toThrow(/has 5 bytes; give 16 or more/);
  });

  test("that nobody can keep lives as long as the process, and the operator is told", () => {
    writeFileSync(directory, "in the way");
    expect(load()).toHaveLength(32);
    expect(diagnostics).toMatchObject([{ code: "key_unwritable" }]);
  });

  test("that cannot be read does not stop the server: it is replaced for this process, and the operator is told", () => {
    mkdirSync(join(directory, "fingerprint.key"), { recursive: true });
    expect(load()).toHaveLength(32);
    expect(diagnostics).toMatchObject([{ code: "key_unwritable" }]);
    expect(diagnostics[0]?.message).toContain(directory);
  });
});
