import { setTimeout as sleep } from "node:timers/promises";
import { isUnreachable } from "../ledger-error.ts";
import { isTransient } from "../row-faults.ts";
import { StatementTimeout } from "./operation-pool.ts";

const FIRST_PAUSE_MS = 10;
const MAX_PAUSE_MS = 200;
const TOO_MANY_CONNECTIONS = "53300";

/** A time that may be spent on something, repetitions included. */
export interface Budget {
  leftMs(): number;
}

export function startBudget(totalMs: number): Budget {
  const start = performance.now();
  return { leftMs: () => totalMs - (performance.now() - start) };
}

/**
 * Repeats what failed on its way to Postgres while there is time.
 *
 * @throws what was last known to be wrong
 */
export async function repeated<T>(budget: Budget, attempt: () => Promise<T>): Promise<T> {
  let known: unknown;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof StatementTimeout) throw known ?? error;
      if (!mayPass(error) || budget.leftMs() <= pauseMs) throw error;
      known = error;
      await sleep(pauseMs);
    }
  }
}

const mayPass = (error: unknown): boolean =>
  isUnreachable(error) || isTransient(error) || (error as { code?: unknown } | null)?.code === TOO_MANY_CONNECTIONS;

const neverSentCodes = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "CONNECT_TIMEOUT",
  "CONNECTION_ENDED",
  "57P03",
  TOO_MANY_CONNECTIONS,
]);

/** Whether a statement that failed so may have happened all the same. */
export function mayHaveHappened(error: unknown): boolean {
  if (error instanceof StatementTimeout) return error.sent;
  const { code, syscall } = (error ?? {}) as Record<string, unknown>;
  return isUnreachable(error) && !neverSentCodes.has(String(code)) && syscall !== "connect";
}
