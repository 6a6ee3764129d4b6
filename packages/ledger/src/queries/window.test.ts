import { expect, test } from "vitest";
import { chooseBucketMs, DAY_MS, HOUR_MS, MINUTE_MS } from "./window.ts";

test("no window is cut into more than 181 buckets, however long it is", () => {
  for (const length of [1, HOUR_MS, DAY_MS, 30 * DAY_MS, 365 * DAY_MS, 3_650 * DAY_MS, 8.64e12, 8.64e15]) {
    const bucketMs = chooseBucketMs({ from: 0, to: length });
    expect(Math.ceil(length / bucketMs)).toBeLessThanOrEqual(181);
  }
});

test("buckets are as long as people think in", () => {
  expect(chooseBucketMs({ from: 0, to: HOUR_MS })).toBe(MINUTE_MS);
  expect(chooseBucketMs({ from: 0, to: 7 * DAY_MS })).toBe(HOUR_MS);
  expect(chooseBucketMs({ from: 0, to: 3_650 * DAY_MS }) % (7 * DAY_MS)).toBe(0);
});
