import { sampleCall } from "@tachograph/record/testing";
import { newId, type CallRecord } from "@tachograph/record";
import { expect, test } from "vitest";
import { createOutlineBuilder } from "./outline-builder.ts";
import { callAt, emptyOutline, indexOfCall, withPiece, type Outline } from "./outline.ts";

const instanceId = newId();
const calls = (...specs: Partial<CallRecord>[]) =>
  specs.map((spec, index) => ({ ...sampleCall({ id: newId(), instanceId, seq: index + 1, ...spec }), matches: true }));

/** The outline of calls that arrive a few at a time. */
function outlineOf(all: ReturnType<typeof calls>, size = 2): Outline {
  const builder = createOutlineBuilder();
  let outline = emptyOutline;
  for (let from = 0; from < all.length; from += size) {
    const end = from + size >= all.length ? { isCut: false } : null;
    outline = withPiece(outline, builder.add(all.slice(from, from + size), end));
  }
  return outline;
}

test("a call that comes out is the one that went in, wherever the pieces were cut", () => {
  const all = calls(
    { tool: "get_order", outcome: "ok" },
    { tool: "refund_order", outcome: "timeout", effect: "unknown", mutability: "destructive" },
    { tool: "get_order", outcome: "denied", wouldDeny: ["late"] },
  );
  for (const size of [1, 2, 3]) {
    const outline = outlineOf(all, size);
    expect(all.map((_, index) => callAt(outline, index))).toMatchObject([
      { id: all[0]?.id, tool: "get_order", outcome: "ok", effectUnknown: false, wouldDeny: false },
      { tool: "refund_order", outcome: "timeout", effectUnknown: true, writes: true },
      { tool: "get_order", outcome: "denied", wouldDeny: true },
    ]);
    expect(indexOfCall(outline, all[2]?.id ?? "")).toBe(2);
    expect(indexOfCall(outline, newId())).toBeUndefined();
  }
});

test("attempts of one operation, and of one call without one, belong together; polls do not", () => {
  const [first, , third] = calls({}, {}, {});
  const outline = outlineOf(
    calls(
      { id: first?.id, operationId: "op" },
      { retryKind: "first" },
      { id: third?.id, retryKind: "first" },
      { retryKind: "keyed_retry", operationId: "op" },
      { retryKind: "model_retry", retryOf: third?.id ?? null },
      { retryKind: "poll", retryOf: third?.id ?? null },
    ),
  );
  expect(outline.groups).toEqual([0, 1, 2, 0, 2, 5]);
  expect(outline.retryOf).toEqual([-1, -1, -1, -1, 2, 2]);
});

test("a number that no call of a gate has is a gap; rows that arrive in another order are none", () => {
  const other = newId();
  const outline = outlineOf(
    calls({ seq: 2 }, { seq: 1 }, { seq: 1, instanceId: other }, { seq: 5 }, { seq: 3, instanceId: other }),
  );
  expect(outline.end).toEqual({
    gaps: [
      [3, 2],
      [4, 1],
    ],
    isCut: false,
  });
});
