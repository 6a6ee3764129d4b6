import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

export interface ProcessIdentity {
  /** Host, and the namespace that the pid belongs to: containers of one host may share its name. */
  host: string;
  pid: number;
  processStart: string | null;
}

function pidNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}

const ownHost = `${hostname()} ${pidNamespace()}`.trim();

interface ProcessStat {
  /** The kernel's start time of a process, in clock ticks since boot, with the boot it belongs to. */
  start: string;
  /** It has ended, and whoever started it has not asked how: it stays in the table of processes. */
  isZombie: boolean;
}

function readStat(pid: number): ProcessStat | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return { start: `${boot}:${fields[19]}`, isZombie: fields[0] === "Z" };
  } catch {
    return null;
  }
}

export function ownIdentity(): ProcessIdentity {
  return { host: ownHost, pid: process.pid, processStart: readStat(process.pid)?.start ?? null };
}

/** Whether that very process still runs; undefined where it ran on another host or in another container. */
export function isAlive(identity: ProcessIdentity): boolean | undefined {
  if (identity.host !== ownHost) return undefined;
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const stat = readStat(identity.pid);
  if (stat === null) return true;
  return !stat.isZombie && (identity.processStart === null || stat.start === identity.processStart);
}
