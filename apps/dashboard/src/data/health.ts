import "server-only";
import { listProcesses } from "@tachograph/ledger";
import { getLedger } from "./ledger.ts";

const MAX_HEARTBEAT_AGE_MS = 30_000;

/** Whether the database answers and a worker is alive. Says nothing else, and needs no session. */
export async function isHealthy(): Promise<boolean> {
  try {
    const processes = await listProcesses(getLedger());
    return processes.some((process) => process.kind === "worker" && process.heartbeatAgeMs < MAX_HEARTBEAT_AGE_MS);
  } catch {
    return false;
  }
}
