import type { Limit } from "./options.ts";

/** Callers that are counted apart; beyond them the one that was quiet for the longest is forgotten. */
const MAX_COUNTED = 20_000;

/** Counts calls in sliding windows: never more than `calls` in any `windowSeconds`. For one process. */
export class RateLimiter {
  readonly #recent = new Map<string, number[]>();

  /**
   * Counts a call unless it would be one too many.
   *
   * @returns milliseconds until the next one is allowed; 0 where this one is.
   */
  take(key: string, { calls, windowSeconds }: Limit, nowMs: number): number {
    const windowMs = windowSeconds * 1000;
    const known = this.#recent.get(key) ?? [];
    const since = nowMs - windowMs;
    let old = 0;
    while (old < known.length && (known[old] as number) <= since) old++;
    const recent = old === 0 ? known : known.slice(old);
    this.#recent.delete(key);
    this.#recent.set(key, recent);
    if (recent.length >= calls)
      return Math.max(1, Math.ceil((recent[recent.length - calls] as number) + windowMs - nowMs));
    recent.push(nowMs);
    if (this.#recent.size > MAX_COUNTED) {
      for (const quietest of this.#recent.keys()) {
        this.#recent.delete(quietest);
        break;
      }
    }
    return 0;
  }
}
