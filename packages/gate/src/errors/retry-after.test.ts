import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ClassifiedError } from "./classify-error.ts";
import { retryAfter, withinRetryBudget } from "./retry-after.ts";

describe("how long to wait", () => {
  test("is what the upstream asked for", () => {
    expect(retryAfter(1, 1_234.5)).toBe(1_235);
    expect(retryAfter(9, 0)).toBe(0);
    expect(retryAfter(1, 3_600_000)).toBe(3_600_000);
  });

  test("is else 1 s, twice as long with each attempt, and at most 60 s", () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 8, 1_000].map((attempt) => retryAfter(attempt, null, () => 0));
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  test("is up to half shorter at random, so that not all come back at once", () => {
    expect(retryAfter(1, null, () => 0.999_999)).toBe(500);
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempt, random) => {
        const wait = retryAfter(attempt, null, () => random);
        expect(wait).toBeGreaterThanOrEqual(500);
        expect(wait).toBeLessThanOrEqual(60_000);
      }),
    );
  });
});

describe("the third failure of an operation", () => {
  const busy: ClassifiedError = { code: "http:429", retryClass: "retryable", effect: "unknown", retryAfterMs: 5 };

  test("that invites another attempt is the last", () => {
    expect(withinRetryBudget(busy, 1)).toBe(busy);
    expect(withinRetryBudget(busy, 2)).toBe(busy);
    for (const attempt of [3, 4, 100])
      expect(withinRetryBudget(busy, attempt)).toEqual({
        code: "retry_budget_exhausted",
        retryClass: "terminal",
        effect: "unknown",
        retryAfterMs: null,
      });
  });

  test("of another kind is what it is", () => {
    const wrong: ClassifiedError = { ...busy, retryClass: "correctable" };
    expect(withinRetryBudget(wrong, 3)).toBe(wrong);
  });
});
