import "server-only";

/** Says whether one more is allowed in the current window. */
export type RateLimit = () => boolean;

/** Counts in fixed windows in this process: enough to keep guessing from loading the database. */
export function createRateLimit({ max, windowSeconds }: { max: number; windowSeconds: number }): RateLimit {
  let windowEndsAt = 0;
  let used = 0;
  return () => {
    const now = Date.now();
    if (now >= windowEndsAt) {
      windowEndsAt = now + windowSeconds * 1000;
      used = 0;
    }
    used += 1;
    return used <= max;
  };
}

export interface KeyedRateLimit {
  /** Says whether one more of this key is allowed in its current window. */
  take: (key: string) => boolean;
  /** Begins a key anew. */
  forgive: (key: string) => void;
}

const MAX_KEYS = 10_000;

/** A limit for each address or account. Where there are too many keys to remember, all share one. */
export function createKeyedRateLimit(options: { max: number; windowSeconds: number }): KeyedRateLimit {
  const limits = new Map<string, { limit: RateLimit; endsAt: number }>();
  const rest = createRateLimit(options);
  const forget = (now: number): void => {
    for (const [key, { endsAt }] of limits) if (endsAt <= now) limits.delete(key);
  };
  return {
    take(key) {
      const now = Date.now();
      let held = limits.get(key);
      if (held === undefined || held.endsAt <= now) {
        if (limits.size >= MAX_KEYS) forget(now);
        if (limits.size >= MAX_KEYS) return rest();
        held = { limit: createRateLimit(options), endsAt: now + options.windowSeconds * 1000 };
        limits.set(key, held);
      }
      return held.limit();
    },
    forgive: (key) => void limits.delete(key),
  };
}
