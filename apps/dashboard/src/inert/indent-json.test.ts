import { expect, test } from "vitest";
import { indentJson } from "./indent-json.ts";

test("JSON is laid out as JSON.stringify would", () => {
  const value = { a: 1, b: [true, null, { c: 'x, {y}: [z] " \\' }], d: {}, e: [], f: "" };
  expect(indentJson(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2));
});

test("numbers, repeated members and escapes stay as they were written", () => {
  const text = String.raw`{"n":12345678901234567890.10,"n":1e999,"s":"\u0000\u202e"}`;
  expect(indentJson(text).replaceAll(/\s/g, "")).toBe(text);
});

test.each(["", '{"cut":"in the mid', "}}}]", '"', '{"a":'])("text that is no JSON loses nothing: %j", (text) => {
  expect(indentJson(text).replaceAll(/\s/g, "")).toBe(text.replaceAll(/\s/g, ""));
});

test("deep nesting does not grow without bound", () => {
  const depth = 20_000;
  expect(indentJson("[".repeat(depth) + "]".repeat(depth)).length).toBeLessThan(depth * 2 * 90);
});
