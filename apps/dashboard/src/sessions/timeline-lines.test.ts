import { sampleCall } from "@tachograph/record/testing";
import { newId, type CallRecord } from "@tachograph/record";
import { expect, test } from "vitest";
import { createOutlineBuilder } from "./outline-builder.ts";
import { emptyOutline, withPiece } from "./outline.ts";
import { groupedLines, lineOfCall, matchingCalls, singleLines } from "./timeline-lines.ts";

const first = newId();
const specs: (Partial<CallRecord> & { matches?: boolean })[] = [
  { id: first, tool: "refund_order", mutability: "destructive", outcome: "timeout", effect: "unknown" },
  { tool: "get_order", mutability: "read", outcome: "ok", matches: true },
  { tool: "refund_order", mutability: "destructive", outcome: "denied", retryKind: "model_retry", retryOf: first },
];
const outline = withPiece(
  emptyOutline,
  createOutlineBuilder().add(
    specs.map((spec, index) => ({ ...sampleCall({ id: newId(), seq: index + 1 }), matches: false, ...spec })),
    { isCut: false },
  ),
);
const all = { show: [], tool: [], q: null };

test.each([
  [all, [0, 1, 2]],
  [{ ...all, show: ["retries"] }, [2]],
  [{ ...all, show: ["uncertain", "refusals"] }, [0, 2]],
  [{ ...all, show: ["writes"] }, [0, 2]],
  [{ ...all, show: ["writes"], tool: ["get_order"] }, []],
  [{ ...all, tool: ["get_order"] }, [1]],
  [{ ...all, q: "text" }, [1]],
] as const)("%j leaves the calls %j", (filters, left) => {
  expect(matchingCalls(outline, { ...filters, show: [...filters.show], tool: [...filters.tool] })).toEqual(left);
});

test("attempts stand on one line, and under it where somebody opened it", () => {
  expect(groupedLines(outline, [0, 1, 2], new Set()).map(({ index, attempts }) => [index, attempts])).toEqual([
    [0, [0, 2]],
    [1, null],
  ]);
  const opened = groupedLines(outline, [0, 1, 2], new Set([0]));
  expect(opened.map(({ index, isUnder }) => [index, isUnder])).toEqual([
    [0, false],
    [0, true],
    [2, true],
    [1, false],
  ]);
});

test("a call is found on its own line, or on that of its attempts", () => {
  expect(lineOfCall(singleLines([1, 2]), 2)).toBe(1);
  expect(lineOfCall(groupedLines(outline, [0, 1, 2], new Set()), 2)).toBe(0);
  expect(lineOfCall(groupedLines(outline, [0, 1, 2], new Set([0])), 2)).toBe(2);
  expect(lineOfCall(singleLines([1]), 2)).toBeUndefined();
});
