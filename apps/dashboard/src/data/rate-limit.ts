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
