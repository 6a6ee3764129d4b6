import { expect, test } from "vitest";
import { formatAgo, formatBytes, formatDuration, formatRatio } from "./format.ts";

test.each([
  [12, "12 µs"],
  [3400, "3.4 ms"],
  [250_000, "250 ms"],
  [1_250_000, "1.25 s"],
  [125_000_000, "2 m 5 s"],
  [11_040_000_000, "3 h 4 m"],
  [183_600_000_000, "2 d 3 h"],
])("%d microseconds read %s", (durationUs, text) => {
  expect(formatDuration(durationUs)).toBe(text);
});

test("a part of nothing has no ratio", () => {
  expect([formatRatio(0, 0), formatRatio(0, 5), formatRatio(1, 3000), formatRatio(1, 3)]).toEqual([
    "–",
    "0 %",
    "< 0.1 %",
    "33 %",
  ]);
});

test("sizes and ages are rounded for reading", () => {
  expect([formatBytes(999), formatBytes(1500), formatBytes(2_500_000)]).toEqual(["999 B", "1.5 kB", "2.5 MB"]);
  expect([formatAgo(0, 30_000), formatAgo(0, 7_200_000), formatAgo(60_000, 0)]).toEqual([
    "just now",
    "2 h ago",
    "in the future",
  ]);
});
