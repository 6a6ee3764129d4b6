import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createKeyedRateLimit, createRateLimit } from "./rate-limit.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const times = (count: number, take: () => boolean): number =>
  Array.from({ length: count }, take).filter((isAllowed) => isAllowed).length;

test("so many are allowed within a window, and as many again in the next", () => {
  const limit = createRateLimit({ max: 3, windowSeconds: 60 });
  expect(times(10, limit)).toBe(3);
  vi.advanceTimersByTime(59_000);
  expect(limit()).toBe(false);
  vi.advanceTimersByTime(1_000);
  expect(times(10, limit)).toBe(3);
});

test("each key has a limit of its own, and a forgiven one begins anew", () => {
  const { take, forgive } = createKeyedRateLimit({ max: 2, windowSeconds: 60 });
  expect(times(5, () => take("ann"))).toBe(2);
  expect(times(5, () => take("bob"))).toBe(2);
  forgive("ann");
  expect(times(5, () => take("ann"))).toBe(2);
  vi.advanceTimersByTime(60_000);
  expect(times(5, () => take("bob"))).toBe(2);
});

test("who makes up keys without end gets no more than one key would, and takes nothing from those that are known", () => {
  const { take } = createKeyedRateLimit({ max: 2, windowSeconds: 60 });
  take("ann");
  let made = 0;
  const takeNew = (): boolean => take(`made up ${made++}`);
  times(9_999, takeNew);
  expect(times(10_000, takeNew)).toBe(2);
  expect(take("ann")).toBe(true);
  expect(take("ann")).toBe(false);
  vi.advanceTimersByTime(60_000);
  expect(takeNew()).toBe(true);
});
