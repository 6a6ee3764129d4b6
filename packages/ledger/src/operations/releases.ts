import type { ClaimRequest } from "@tachograph/record";
import { setTimeout as sleep } from "node:timers/promises";
import type { OperationPool } from "./operation-pool.ts";
import { nameOf } from "./operation-rows.ts";
import { releaseSql } from "./operation-sql.ts";

const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 1_000;
const STATEMENT_MS = 1_000;

/** Claims that were given up, and may have been granted, or may yet be. */
export interface Releases {
  /** Lets go of what the claim took as soon as Postgres answers; tries until the lease would have ended. */
  start(request: ClaimRequest, options: { tookUnknown: boolean }): void;
  /** Whether the token is of such a claim: it must not be used again meanwhile. */
  isGivenUp(ownerToken: string): boolean;
  /** Tries once more, and stops. */
  stop(): Promise<void>;
}

interface GivenUp {
  request: ClaimRequest;
  tookUnknown: boolean;
  until: number;
}

export function createReleases(pool: OperationPool): Releases {
  const pending = new Map<string, GivenUp>();
  const stopping = new AbortController();
  let working: Promise<void> | undefined;

  /** Tries each of them, until Postgres does not answer. */
  async function round(): Promise<void> {
    for (const [ownerToken, { request, tookUnknown, until }] of pending) {
      try {
        const released = await pool.query(releaseSql, [...nameOf(request), ownerToken, tookUnknown], STATEMENT_MS);
        if (released.length > 0) pending.delete(ownerToken);
      } catch {
        return;
      } finally {
        if (performance.now() > until) pending.delete(ownerToken);
      }
    }
  }

  async function work(): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
      const last = stopping.signal.aborted;
      await round();
      if (last || pending.size === 0) break;
      await sleep(pauseMs, undefined, { ref: false, signal: stopping.signal }).catch(() => {});
    }
    working = undefined;
  }

  return {
    start(request, { tookUnknown }) {
      pending.set(request.ownerToken, { request, tookUnknown, until: performance.now() + request.leaseMs });
      working ??= work();
    },
    isGivenUp: (ownerToken) => pending.has(ownerToken),
    async stop() {
      stopping.abort();
      await working;
    },
  };
}
