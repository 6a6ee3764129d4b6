import { sampleCall } from "@tachograph/record/testing";
import { newId } from "@tachograph/record";
import { expect, test } from "vitest";
import { binLines } from "./minimap-bins.ts";
import { createOutlineBuilder } from "./outline-builder.ts";
import { emptyOutline, withPiece } from "./outline.ts";
import { singleLines } from "./timeline-lines.ts";

const outline = withPiece(
  emptyOutline,
  createOutlineBuilder().add(
    Array.from({ length: 1000 }, (_, index) => ({
      ...sampleCall({
        id: newId(),
        seq: index + 1,
        outcome: index === 500 ? "denied" : index === 501 ? "tool_error" : "ok",
        effect: index === 501 ? "unknown" : "none",
        retryKind: index === 999 ? "repeat" : "first",
      }),
      matches: true,
    })),
    { isCut: false },
  ),
);
const lines = singleLines(outline.ids.map((_, index) => index));

test("each call is counted in one part, and the gravest sign of a part is marked", () => {
  const { bins, marked } = binLines(outline, lines, 100);
  expect(bins.reduce((sum, bin) => sum + bin.lines, 0)).toBe(1000);
  expect(bins.map(({ mark }, bin) => [bin, mark]).filter(([, mark]) => mark !== null)).toEqual([
    [50, "unknown"],
    [99, "repeat"],
  ]);
  expect(bins[50]?.families).toMatchObject({ done: 8, refused: 1, failed: 1 });
  expect(marked).toEqual({ repeat: 1, unknown: 1, failed: 0, refused: 1, retry: 0 });
});

test("few calls take as many parts as there are calls", () => {
  expect(binLines(outline, lines.slice(0, 3), 100).bins).toHaveLength(3);
  expect(binLines(outline, [], 100).bins).toEqual([]);
});
