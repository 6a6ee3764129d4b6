import { mkdirSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a private directory (0700) and its parents. Node's own recursive `mkdir` never returns where a file system
 * refuses new directories with ENOENT, as /proc does.
 */
export function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return;
    if (code !== "ENOENT" || dirname(path) === path) throw error;
    makeDirectory(dirname(path));
    mkdirSync(path, { mode: 0o700 });
  }
}
