import { setTimeout as sleep } from "node:timers/promises";
import type { OperationSnapshot, OperationStore } from "@tachograph/record";

const FIRST_POLL_MS = 25;
const LONGEST_POLL_MS = 500;
/** How soon a wait ends whose caller has gone. */
const LOOK_ROUND_MS = 250;

interface Watched {
  ended: Promise<void>;
  waiting: number;
}

/** Looks for the ends of operations that somebody executes. However many wait for one, the store is asked once at a time. */
export class EndWatch {
  readonly #store: OperationStore;
  readonly #endHere: (operation: OperationSnapshot) => Promise<void> | undefined;
  readonly #watched = new Map<string, Watched>();

  /** @param endHere - The end of an operation that this process executes, which it knows first. */
  constructor(store: OperationStore, endHere: (operation: OperationSnapshot) => Promise<void> | undefined) {
    this.#store = store;
    this.#endHere = endHere;
  }

  /** Waits until an operation is no longer executed; false where that takes too long, or nobody wants to know any more. */
  async ends(operation: OperationSnapshot, withinMs: number, isOver: () => boolean): Promise<boolean> {
    const until = performance.now() + withinMs;
    const name = `${operation.project}\0${operation.operationId}`;
    const watched = this.#watched.get(name) ?? this.#watch(name, operation);
    watched.waiting++;
    try {
      for (;;) {
        const leftMs = until - performance.now();
        if (leftMs <= 0 || isOver()) return false;
        const pause = sleep(Math.min(leftMs, LOOK_ROUND_MS), false);
        if (await Promise.race([watched.ended.then(() => true), pause])) return true;
      }
    } finally {
      watched.waiting--;
    }
  }

  #watch(name: string, operation: OperationSnapshot): Watched {
    const watched: Watched = { ended: Promise.resolve(), waiting: 0 };
    watched.ended = this.#poll(watched, operation).finally(() => this.#watched.delete(name));
    this.#watched.set(name, watched);
    return watched;
  }

  async #poll(watched: Watched, operation: OperationSnapshot): Promise<void> {
    for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(LONGEST_POLL_MS, pollMs * 2)) {
      const pause = sleep(pollMs * (0.5 + Math.random() / 2));
      await Promise.race([pause, this.#endHere(operation) ?? pause]);
      if (watched.waiting === 0) return;
      // A store that is away for a moment says nothing about the operation.
      const seen = await this.#store.find(operation.project, operation.operationId).catch(() => operation);
      if (seen?.state !== "in_flight" || seen.leaseExpiresAt <= seen.readAt) return;
    }
  }
}
