import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dataDirectory } from "@tachograph/record/data-directory";
import { makeDirectory } from "./journal/make-directory.ts";
import type { Diagnostic } from "./options.ts";

const MIN_KEY_BYTES = 16;

/**
 * The key of the argument fingerprints: as given, else `TACHOGRAPH_FINGERPRINT_KEY`, else the key file in the data
 * directory, which the first process makes.
 *
 * @throws {TypeError} where a given key is shorter than 16 bytes.
 */
export function loadFingerprintKey(
  given: string | Uint8Array | undefined,
  onDiagnostic: (diagnostic: Diagnostic) => void,
): Uint8Array {
  const configured = given ?? process.env["TACHOGRAPH_FINGERPRINT_KEY"];
  if (configured !== undefined && configured !== "") {
    const key = typeof configured === "string" ? Buffer.from(configured, "utf8") : configured;
    if (key.length < MIN_KEY_BYTES) {
      throw new TypeError(
        `fingerprintKey has ${key.length} bytes; give ${MIN_KEY_BYTES} or more, such as 32 random ones`,
      );
    }
    return key;
  }
  const directory = dataDirectory();
  try {
    return loadOrMake(directory, join(directory, "fingerprint.key"));
  } catch (cause) {
    onDiagnostic({
      code: "key_unwritable",
      message: `no fingerprint key can be kept in ${directory}: equal arguments will be recognised within this process only`,
      cause,
    });
    return randomBytes(32);
  }
}

function loadOrMake(directory: string, path: string): Uint8Array {
  makeDirectory(directory);
  try {
    writeFileSync(path, randomBytes(32), { flag: "wx", mode: 0o600 });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
  }
  const key = readFileSync(path);
  // Another process may have made the file and not yet filled it.
  return key.length >= MIN_KEY_BYTES ? key : loadWhenFilled(path);
}

function loadWhenFilled(path: string): Uint8Array {
  const waiting = new Int32Array(new SharedArrayBuffer(4));
  for (let tries = 0; tries < 50; tries++) {
    Atomics.wait(waiting, 0, 0, 10);
    const key = readFileSync(path);
    if (key.length >= MIN_KEY_BYTES) return key;
  }
  throw new TypeError(
    `the fingerprint key in ${path} is shorter than ${MIN_KEY_BYTES} bytes; remove the file, and a new one is made`,
  );
}
