import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

export interface JournalSizes {
  files: number;
  bytes: number;
  /** Calls that the ledger would not take. */
  setAside: number;
}

/** What lies in the journal folder. Stored calls stay there until their file is full or its process has ended. */
export function measureJournals(directory: string): JournalSizes {
  const paths = globSync("*.journal", { cwd: directory }).map((name) => join(directory, name));
  const bytes = paths.reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0);
  const rejected = join(directory, "rejected.jsonl");
  const setAside = existsSync(rejected) ? readFileSync(rejected, "utf8").split("\n").length - 1 : 0;
  return { files: paths.length, bytes, setAside };
}
