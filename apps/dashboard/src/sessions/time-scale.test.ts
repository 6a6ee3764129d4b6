import { expect, test } from "vitest";
import { createTimeScale } from "./time-scale.ts";

// In another order than they began in.
const calls = { startedAtMs: [1500, 1000, 603_000], durationUs: [1_500_000, 1_000_000, 1_000_000] };

test("real time is drawn as it was", () => {
  const { at, breaks } = createTimeScale(calls, { squeezeIdle: false });
  expect(breaks).toEqual([]);
  expect(at(1000)).toBe(0);
  expect(at(604_000)).toBe(1);
  expect(at(302_500)).toBeCloseTo(0.5);
});

test("a long idle stretch takes little room, and is told", () => {
  const { at, breaks } = createTimeScale(calls, { squeezeIdle: true });
  expect(breaks.map(({ idleMs }) => idleMs)).toEqual([600_000]);
  expect(at(3000)).toBeGreaterThan(0.6);
  expect(at(603_000) - at(3000)).toBeLessThan(0.05);
});

test("order is kept whatever is squeezed", () => {
  const { at } = createTimeScale(calls, { squeezeIdle: true });
  const instants = [1000, 1500, 2000, 3000, 100_000, 603_000, 603_500, 604_000];
  const drawn = instants.map(at);
  expect(drawn).toEqual(drawn.toSorted((one, other) => one - other));
});

test("thousands of idle stretches leave room for what was done", () => {
  const startedAtMs = Array.from({ length: 30_000 }, (_, call) => call * 10_000);
  const many = { startedAtMs, durationUs: startedAtMs.map(() => 100_000) };
  const { at, breaks } = createTimeScale(many, { squeezeIdle: true });
  expect(breaks).toHaveLength(29_999);
  expect((at(100) - at(0)) * 30_000).toBeGreaterThan(0.7);
});

test("no call, or one that took no time, is no fault", () => {
  expect(createTimeScale({ startedAtMs: [], durationUs: [] }, { squeezeIdle: true }).at(5)).toBe(0);
  const { at } = createTimeScale({ startedAtMs: [7], durationUs: [0] }, { squeezeIdle: true });
  expect([at(6), at(7), at(8)].every((share) => share >= 0 && share <= 1)).toBe(true);
});
