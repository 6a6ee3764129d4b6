import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { LedgerError } from "../ledger-error.ts";

/** Whom Postgres runs as. It refuses to run as root. */
export interface SystemUser {
  name: string;
  uid: number;
  gid: number;
}

const OWN_USER = "tachograph-db";
const CANDIDATES = ["postgres", OWN_USER, "nobody"];

/** Undefined where this process is not root, and so may run Postgres itself. */
export function chooseSystemUser(): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const existing = findUser("postgres") ?? findUser(OWN_USER);
  if (existing) return existing;
  spawnSync("/usr/sbin/useradd", ["--system", "--no-create-home", "--shell", "/usr/sbin/nologin", OWN_USER], {
    stdio: "ignore",
  });
  for (const name of CANDIDATES) {
    const user = findUser(name);
    if (user) return user;
  }
  throw new LedgerError("start_failed", "Postgres refuses to run as root, and no other user exists on this system.", {
    hint: "Start Tachograph as a normal user, or create a system user named postgres.",
  });
}

function findUser(name: string): SystemUser | undefined {
  const entry = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"))
    .find(([login]) => login === name);
  const [uid, gid] = [Number(entry?.[2]), Number(entry?.[3])];
  return Number.isInteger(uid) && Number.isInteger(gid) && uid > 0 ? { name, uid, gid } : undefined;
}

/** Whether the user may read what is there and walk through every folder above it. */
export function canReach(user: SystemUser, path: string): boolean {
  if (!permits(user, path, 0o4)) return false;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (!permits(user, folder, 0o1)) return false;
    if (folder === dirname(folder)) return true;
  }
}

/** Whether the user may walk through a folder and every folder above it. */
export function canEnter(user: SystemUser, folder: string): boolean {
  return permits(user, folder, 0o1) && (folder === dirname(folder) || canEnter(user, dirname(folder)));
}

function permits(user: SystemUser, path: string, bits: number): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return false;
  const shift = stats.uid === user.uid ? 6 : stats.gid === user.gid ? 3 : 0;
  return ((stats.mode >> shift) & bits) === bits;
}
