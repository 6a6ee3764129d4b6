import { setTimeout as sleep } from "node:timers/promises";

/** Spaces calls evenly over the whole run. */
export class Pace {
  readonly #intervalMs: number;
  #nextAt = 0;

  /** @param rate - Calls per second over all sessions; 0 means as fast as possible. */
  constructor(rate: number) {
    this.#intervalMs = rate > 0 ? 1000 / rate : 0;
  }

  /** Resolves when the next call may go; rejects when the signal aborts. */
  async turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#intervalMs === 0) return;
    const now = performance.now();
    this.#nextAt = Math.max(now, this.#nextAt + this.#intervalMs);
    if (this.#nextAt > now) await sleep(this.#nextAt - now, undefined, { signal });
  }
}
