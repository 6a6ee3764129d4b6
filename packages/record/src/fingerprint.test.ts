import { createHmac, randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson } from "./canonical-json.ts";
import { fingerprintArguments, hashFields } from "./fingerprint.ts";

const key = randomBytes(32);
const keys = fc.uint8Array({ minLength: 16, maxLength: 200 });
const reversed = (value: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).toReversed());

describe("the fingerprint of arguments", () => {
  test("is HMAC-SHA256 of their canonical text, as node:crypto computes it", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), keys, (args, anyKey) => {
        const expected = createHmac("sha256", anyKey).update(canonicalJson(args)).digest("hex");
        expect(fingerprintArguments(args, anyKey)).toBe(expected);
      }),
    );
  });

  test.each([16_000 - 2, 16 * 1024, 200_000])("also where they are %i characters long", (length) => {
    for (const text of ["a".repeat(length), "ü€".repeat(length / 2)]) {
      expect(fingerprintArguments({ text }, key)).toBe(
        createHmac("sha256", key).update(canonicalJson({ text })).digest("hex"),
      );
    }
  });

  test("does not depend on the order of members", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (args) => {
        expect(fingerprintArguments(reversed(args), key)).toBe(fingerprintArguments(args, key));
      }),
    );
  });

  test("depends on the key and on every value", () => {
    const fingerprints = [
      fingerprintArguments({ amount: 1 }, key),
      fingerprintArguments({ amount: 2 }, key),
      fingerprintArguments({ amount: "1" }, key),
      fingerprintArguments({ amount: 1 }, randomBytes(32)),
    ];
    expect(new Set(fingerprints).size).toBe(4);
  });

  test("takes absent arguments for empty ones", () => {
    expect(fingerprintArguments(undefined, key)).toBe(fingerprintArguments({}, key));
  });

  test.each<[string, unknown]>([
    ["too deep", JSON.parse("[".repeat(100) + "]".repeat(100))],
    ["a lone surrogate", { text: "\ud800" }],
    ["a bigint", { id: 1n }],
    ["too large", { text: "a".repeat(2_000_000) }],
  ])("is null where they have no canonical form: %s", (_name, args) =>
    expect(fingerprintArguments(args, key)).toBeNull(),
  );
});

describe("the hashes of fields", () => {
  test("tell which fields changed, and equal values under two names apart", () => {
    const before = hashFields({ from: "A", to: "A", amount: 1 }, key);
    const after = hashFields({ from: "A", to: "B", amount: 1 }, key);
    expect(Object.values(before).every((hash) => /^[0-9a-f]{16}$/.test(hash))).toBe(true);
    expect(before["from"]).toBe(after["from"]);
    expect(before["amount"]).toBe(after["amount"]);
    expect(before["to"]).not.toBe(after["to"]);
    expect(before["from"]).not.toBe(before["to"]);
  });

  test("cover at most 64 fields and leave out what has no canonical form", () => {
    const args = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`f${index}`, index]));
    expect(Object.keys(hashFields(args, key))).toHaveLength(64);
    expect(Object.keys(hashFields({ good: 1, bad: 1n }, key))).toEqual(["good"]);
  });

  test.each([undefined, null, 1, "text", [1, 2]])("are none where the arguments are %j", (args) => {
    expect(Object.keys(hashFields(args, key))).toEqual([]);
  });

  test("take a field named __proto__ like any other", () => {
    expect(Object.keys(hashFields(JSON.parse('{"__proto__":1}'), key))).toEqual(["__proto__"]);
  });
});
