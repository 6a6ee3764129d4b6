import * as fc from "fast-check";
import { expect, test } from "vitest";
import { nearestNames } from "./nearest-names.ts";

test("the nearest come first, three at most", () => {
  expect(
    nearestNames("list_order", ["list_ordres", "get_weather", "list_orders", "lists_ordres", "lost_orders"]),
  ).toEqual(["list_orders", "list_ordres", "lost_orders"]);
});

test("two letters that swapped are one slip", () => {
  expect(nearestNames("ab", ["ba", "xyz"])).toEqual(["ba"]);
});

test("what is like nothing brings nothing to mind", () => {
  expect(nearestNames("launch_rocket", ["refund_order", "list"])).toEqual([]);
  expect(nearestNames("", ["refund_order"])).toEqual([]);
});

test("a name is nearest to itself, whatever it is", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 100 }), fc.array(fc.string({ maxLength: 20 })), (name, others) => {
      const near = nearestNames(name, [...others, name]);
      expect(near.length).toBeLessThanOrEqual(3);
      expect(near).toContain(name);
    }),
  );
});
