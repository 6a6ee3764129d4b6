import * as fc from "fast-check";
import { expect, test } from "vitest";
import { pointerOf, segmentsOf, valueAt } from "./pointer.ts";

test("a pointer leads back to its path", () => {
  expect(pointerOf(["lines", 1, "a/b~c"])).toBe("/lines/1/a~1b~0c");
  expect(pointerOf([])).toBe("");
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 20 }), { maxLength: 4 }), (path) => {
      expect(segmentsOf(pointerOf(path))).toEqual(path);
    }),
  );
});

test("names and pointers are cut, since they are the caller's to invent", () => {
  expect(pointerOf(["n".repeat(65)])).toBe(`/${"n".repeat(63)}…`);
  expect(pointerOf(Array.from({ length: 100 }, () => "name")).length).toBe(256);
});

test("a value is found by its own members alone", () => {
  expect(valueAt({ a: [{ b: 1 }] }, ["a", 0, "b"])).toBe(1);
  expect(valueAt({ a: [] }, ["a", "length"])).toBe(0);
  for (const path of [["constructor"], ["a", "b"], ["a", 0, "c"]]) expect(valueAt({ a: [{}] }, path)).toBeUndefined();
});
