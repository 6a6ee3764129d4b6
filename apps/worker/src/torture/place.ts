import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where one test's processes meet. */
export interface Place extends Disposable {
  databaseUrl: string;
  /** `TACHOGRAPH_DATA_DIR`: the journals, and the key of the fingerprints. */
  data: string;
  journal: string;
  /** What handlers really did, and which calls the gates had taken. */
  executions: string;
  received: string;
  diagnostics: string;
  /** Compiled sources, so that the many processes of a test start sooner. */
  compiled: string;
}

export function makePlace(databaseUrl: string): Place {
  const directory = mkdtempSync(join(tmpdir(), "tachograph-torture-"));
  return {
    databaseUrl,
    data: directory,
    journal: join(directory, "journal"),
    executions: join(directory, "executions.jsonl"),
    received: join(directory, "received.txt"),
    diagnostics: join(directory, "diagnostics.jsonl"),
    compiled: join(directory, "compiled"),
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}
