import { expect, test } from "vitest";
import { withinTime } from "./time-limit.ts";

const forEver = (): never => {
  for (let turns = 0; ; turns++) Math.sqrt(turns);
};

test("what takes for ever is stopped, and what does not gives its value", () => {
  expect(withinTime(20, forEver)).toBeUndefined();
  expect(withinTime(20, () => /^(a+)+(?=x)$/.test(`${"a".repeat(60)}!`))).toBeUndefined();
  expect(withinTime(1_000, () => "done")).toEqual({ value: "done" });
  expect(withinTime(1_000, () => undefined)).toEqual({ value: undefined });
});

test("an error is the caller's", () => {
  const error = new RangeError("no");
  expect(() =>
    withinTime(1_000, () => {
      throw error;
    }),
  ).toThrow(error);
});

test("time that went to others is given again, once", () => {
  let attempts = 0;
  const waitAtFirst = (): string => {
    // Sleeps as a process does that gets no processor.
    if (attempts++ === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
    return "done";
  };
  expect(withinTime(100, waitAtFirst)).toEqual({ value: "done" });
  expect(attempts).toBe(2);
});
