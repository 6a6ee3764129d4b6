import { expect, test } from "vitest";
import { createTimeScale } from "./time-scale.ts";

const spans = [
  { startMs: 1000, endMs: 2000 },
  { startMs: 1500, endMs: 3000 },
  { startMs: 603_000, endMs: 604_000 },
];

test("real time is drawn as it was", () => {
  const { at, breaks } = createTimeScale(spans, { squeezeIdle: false });
  expect(breaks).toEqual([]);
  expect(at(1000)).toBe(0);
  expect(at(604_000)).toBe(1);
  expect(at(302_500)).toBeCloseTo(0.5);
});

test("a long idle stretch takes little room, and is told", () => {
  const { at, breaks } = createTimeScale(spans, { squeezeIdle: true });
  expect(breaks.map(({ idleMs }) => idleMs)).toEqual([600_000]);
  expect(at(3000)).toBeGreaterThan(0.6);
  expect(at(603_000) - at(3000)).toBeLessThan(0.05);
});

test("order is kept whatever is squeezed", () => {
  const { at } = createTimeScale(spans, { squeezeIdle: true });
  const instants = [1000, 1500, 2000, 3000, 100_000, 603_000, 603_500, 604_000];
  const drawn = instants.map(at);
  expect(drawn).toEqual(drawn.toSorted((one, other) => one - other));
});

test("thousands of idle stretches leave room for what was done, and 30,000 calls take no time to draw", () => {
  const many = Array.from({ length: 30_000 }, (_, call) => ({ startMs: call * 10_000, endMs: call * 10_000 + 100 }));
  const before = performance.now();
  const { at, breaks } = createTimeScale(many, { squeezeIdle: true });
  expect(performance.now() - before).toBeLessThan(150);
  expect(breaks).toHaveLength(29_999);
  expect((at(100) - at(0)) * 30_000).toBeGreaterThan(0.7);
});

test("no call, or one that took no time, is no fault", () => {
  expect(createTimeScale([], { squeezeIdle: true }).at(5)).toBe(0);
  const { at } = createTimeScale([{ startMs: 7, endMs: 7 }], { squeezeIdle: true });
  expect([at(6), at(7), at(8)].every((share) => share >= 0 && share <= 1)).toBe(true);
});
