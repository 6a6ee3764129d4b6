import "server-only";
import type { OutcomeBucket } from "../charts/outcome-chart.tsx";
import { outcomeStyleOf } from "../outcome-style.ts";

interface CountedBuckets {
  /** Milliseconds since the epoch. */
  from: number;
  to: number;
  bucketMs: number;
  /** Only those with calls. */
  buckets: readonly { at: number; outcome: string; calls: number }[];
}

/** Every bucket of the window, empty ones too, with its calls by outcome family. */
export function familyBuckets({ from, to, bucketMs, buckets }: CountedBuckets): OutcomeBucket[] {
  const byTime = new Map<number, OutcomeBucket>();
  for (let atMs = Math.floor(from / bucketMs) * bucketMs; atMs < to; atMs += bucketMs) {
    byTime.set(atMs, { atMs, counts: {} });
  }
  for (const { at, outcome, calls } of buckets) {
    const bucket = byTime.get(at);
    if (!bucket) continue;
    const { family } = outcomeStyleOf(outcome);
    bucket.counts[family] = (bucket.counts[family] ?? 0) + calls;
  }
  return [...byTime.values()];
}
