import { homedir, userInfo } from "node:os";
import { join } from "node:path";

/**
 * Where Tachograph keeps its data on this machine: `TACHOGRAPH_DATA_DIR`, else `/var/lib/tachograph` for root,
 * else `$XDG_DATA_HOME/tachograph`, else `~/.local/share/tachograph`.
 */
export function dataDirectory(env: NodeJS.ProcessEnv = process.env): string {
  if (env["TACHOGRAPH_DATA_DIR"]) return env["TACHOGRAPH_DATA_DIR"];
  if (process.getuid?.() === 0) return "/var/lib/tachograph";
  const base = env["XDG_DATA_HOME"] || join(homedir() || userInfo().homedir, ".local", "share");
  return join(base, "tachograph");
}

/** File in which Tachograph's service on this machine says where its database is; for its own user's eyes only. */
export const databaseUrlFile = (directory: string): string => join(directory, "database-url");

/** Where gates write their journals and shippers look for them: `TACHOGRAPH_JOURNAL_DIR`, else `journal` in the data directory. */
export function journalDirectory(env: NodeJS.ProcessEnv = process.env): string {
  return env["TACHOGRAPH_JOURNAL_DIR"] || join(dataDirectory(env), "journal");
}
