import type { ClaimRequest } from "@tachograph/record";
import { setTimeout as sleep } from "node:timers/promises";
import type { OperationPool } from "./operation-pool.ts";
import { nameOf } from "./operation-rows.ts";
import { releaseSql } from "./operation-sql.ts";

const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 2_000;
const STATEMENT_MS = 1_000;

/** Claims that were given up, and may have been granted all the same. */
export interface Releases {
  /** Lets go of what the claim may have taken as soon as Postgres answers, until its lease would have ended. */
  start(request: ClaimRequest, options: { tookUnknown: boolean }): void;
  /** Whether the token is of a claim that was given up: it must never be granted again. */
  isGivenUp(ownerToken: string): boolean;
  /** Tries once more, and stops. */
  stop(): Promise<void>;
}

export function createReleases(pool: OperationPool): Releases {
  const running = new Map<string, Promise<void>>();
  const stopping = new AbortController();

  async function release(request: ClaimRequest, tookUnknown: boolean): Promise<void> {
    const values = [...nameOf(request), request.ownerToken, tookUnknown];
    const end = performance.now() + request.leaseMs;
    let pauseMs = FIRST_PAUSE_MS;
    for (;;) {
      try {
        const released = await pool.query(releaseSql, values, STATEMENT_MS);
        if (released.length > 0) return;
      } catch {
        // Tried again until the lease ends, and the operation is taken for unknown.
      }
      if (stopping.signal.aborted || performance.now() + pauseMs > end) return;
      await sleep(pauseMs, undefined, { ref: false, signal: stopping.signal }).catch(() => {});
      pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS);
    }
  }

  return {
    start(request, { tookUnknown }) {
      const { ownerToken } = request;
      if (running.has(ownerToken)) return;
      const ended = release(request, tookUnknown).finally(() => running.delete(ownerToken));
      running.set(ownerToken, ended);
    },
    isGivenUp: (ownerToken) => running.has(ownerToken),
    async stop() {
      stopping.abort();
      await Promise.all(running.values());
    },
  };
}
