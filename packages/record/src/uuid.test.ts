import { describe, expect, test } from "vitest";
import * as fc from "fast-check";
import { firstIdAt, idTime, isUuid, newId } from "./uuid.ts";

const instants = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const idAt = (timeMs: number): string => `${firstIdAt(timeMs).slice(0, 13)}-7fff-bfff-ffffffffffff`;

describe("an id", () => {
  test("is a version 7 UUID that carries the time of its making", () => {
    const before = Date.now();
    const id = newId();
    expect(isUuid(id)).toBe(true);
    expect(id).toMatch(/^.{14}7.{4}[89ab]/);
    expect(idTime(id)).toBeGreaterThanOrEqual(before);
    expect(idTime(id)).toBeLessThanOrEqual(Date.now() + 1);
  });

  test("is new each time, and sorts behind those made before it", () => {
    const ids = Array.from({ length: 20_000 }, newId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted()).toEqual(ids);
  });

  test.each([
    "",
    "x",
    "0190A000-0000-7000-8000-000000000000",
    "0190a00000007000800000000000000",
    " 0190a000-0000-7000-8000-000000000000",
  ])("is not %j", (text) => expect(isUuid(text)).toBe(false));
});

describe("the first id of an instant", () => {
  test("is at that instant, so that ids between two of them are those of [from, to)", () => {
    fc.assert(
      fc.property(instants, instants, (at, from) => {
        expect(idTime(firstIdAt(at))).toBe(at);
        expect(idAt(at) >= firstIdAt(from)).toBe(at >= from);
        expect(idAt(at) < firstIdAt(from)).toBe(at < from);
      }),
    );
  });

  test("selects an id made now, and neither the millisecond before nor the one after it", () => {
    const id = newId();
    const at = idTime(id);
    expect(id >= firstIdAt(at) && id < firstIdAt(at + 1)).toBe(true);
    expect(id >= firstIdAt(at + 1) || id < firstIdAt(at)).toBe(false);
  });

  test.each([
    [-1, "00000000-0000-0000-0000-000000000000"],
    [1.9, "00000000-0001-0000-0000-000000000000"],
    [2 ** 60, "ffffffff-ffff-0000-0000-000000000000"],
  ])("of %d is %s", (timeMs, id) => expect(firstIdAt(timeMs)).toBe(id));
});
