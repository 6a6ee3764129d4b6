import { expect, test } from "vitest";
import { loadScopeParams } from "../scope/scope.ts";
import { timeWindowOf } from "./time-window.ts";

const nowMs = 1_800_000_000_000;

test("a range ends now", () => {
  expect(timeWindowOf({ range: "1h", from: null, to: null }, nowMs)).toEqual({ from: nowMs - 3_600_000, to: nowMs });
});

test("two instants are taken as they are", () => {
  expect(timeWindowOf({ range: "1h", from: 10, to: 20 }, nowMs)).toEqual({ from: 10, to: 20 });
});

test.each([
  [20, 10],
  [-5, 10],
  [10, 9e15],
  [10, null],
])("instants that make no window fall back to the range: %s to %s", (from, to) => {
  expect(timeWindowOf({ range: "24h", from, to }, nowMs)).toEqual({ from: nowMs - 86_400_000, to: nowMs });
});

test.each(["9007199254740993000", "-1", "yesterday", "NaN"])(
  "an address that asks for the instant %s asks for none",
  (instant) => {
    expect(loadScopeParams({ from: instant, to: instant })).toEqual({
      project: "default",
      range: "24h",
      from: null,
      to: null,
    });
  },
);
