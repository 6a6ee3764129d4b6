import { readFileSync } from "node:fs";

/** The kernel's start time of a process in ticks, with the boot it belongs to. Null where there is no /proc. */
export function processStartedAt(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}:${fields[19]}`;
  } catch {
    return null;
  }
}

/** Whether that very process still runs. */
export function isProcessAlive(identity: { pid: number; processStart: string | null }): boolean {
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const start = processStartedAt(identity.pid);
  return start === null || identity.processStart === null || start === identity.processStart;
}
