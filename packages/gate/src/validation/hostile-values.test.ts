import * as fc from "fast-check";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import * as z3 from "zod/v3";
import { createValidator } from "./create-validator.ts";
import { codesOf, validateNow } from "./testing-validation.ts";

const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
};
const fromJson = (text: string): unknown => JSON.parse(text) as unknown;

const schemas: [name: string, schema: unknown][] = [
  ["zod 4", z.strictObject({ a: z.string().max(100) })],
  ["zod 4 that takes more", z.looseObject({ a: z.string().max(100) })],
  ["zod 3", z3.object({ a: z3.string().max(100) }).strict()],
  ["valibot", v.strictObject({ a: v.pipe(v.string(), v.maxLength(100)) })],
  [
    "JSON Schema",
    {
      type: "object",
      properties: { a: { type: "string", maxLength: 100 } },
      required: ["a"],
      additionalProperties: false,
    },
  ],
];

const manyNames = Object.fromEntries(Array.from({ length: 42_000 }, (_, index) => [`${index}`.padEnd(100), 0]));
const manyValues = [Array.from({ length: 4_200_000 }, () => 0)];

describe.each(schemas)("%s", (name, schema) => {
  test.each<[string, unknown]>([
    ["undefined", undefined],
    ["null", null],
    ["a text", "a"],
    ["a list", ["a"]],
    ["a BigInt", { a: 5n }],
    ["undefined inside", { a: undefined }],
    ["a function", { a: () => 1 }],
    ["a symbol", { a: Symbol("a") }],
    ["NaN", { a: Number.NaN }],
    ["a date", { a: new Date(Number.NaN) }],
    ["a map", new Map([["a", 1]])],
    ["a null prototype", Object.create(null)],
    ["names of every prototype", fromJson('{"constructor":1,"toString":"x","hasOwnProperty":null}')],
    ["half a surrogate pair in a number's place", { a: { "\ud800": "\udfff" } }],
    [
      "a getter that throws",
      Object.defineProperty({}, "a", {
        enumerable: true,
        get: () => {
          throw new Error("no");
        },
      }),
    ],
    [
      "a proxy that throws",
      new Proxy(
        {},
        {
          get: () => {
            throw new Error("no");
          },
          ownKeys: () => {
            throw new Error("no");
          },
        },
      ),
    ],
  ])("refuses %s", (_name, value) => {
    expect(validateNow(schema, value).valid).toBe(false);
  });

  test("is not misled by __proto__", () => {
    const value = fromJson('{"a":"x","__proto__":{"a":5,"polluted":true}}');
    const result = validateNow(schema, value);
    if (name === "JSON Schema") expect(codesOf(result)).toEqual(["/__proto__ unrecognized_keys"]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(validateNow(schema, fromJson('{"__proto__":{"a":"x"}}')).valid).toBe(false);
  });

  test("refuses what is nested too deep, however deep that is", () => {
    expect(codesOf(validateNow(schema, { a: nested(63) })).at(0)).toBe("/a invalid_type");
    for (const depth of [64, 65, 20_000, 200_000])
      expect(codesOf(validateNow(schema, { a: nested(depth) }))).toEqual([" too_deep"]);
  });

  test("refuses a cycle", () => {
    const cycle: Record<string, unknown> = {};
    cycle["a"] = cycle;
    expect(codesOf(validateNow(schema, cycle))).toEqual([" too_deep"]);
  });

  test("refuses what is too large, and shows none of it", () => {
    const result = validateNow(schema, { a: "x".repeat(10_000_000) });
    expect(result).toMatchObject({
      issues: [{ path: "", code: "too_large", expected: "at most 4194304 characters", got: undefined }],
    });
    for (const large of [manyNames, manyValues]) expect(codesOf(validateNow(schema, large))).toEqual([" too_large"]);
  });

  test("takes a large result, which has been made already", () => {
    const large = { a: "x".repeat(10_000_000) };
    expect(codesOf(validateNow(schema, large, { direction: "output" }))).toEqual([
      name === "valibot" ? "/a max_length" : "/a too_big",
    ]);
  });

  test("cuts long names and values in what it tells", () => {
    const result = validateNow(schema, { a: "y".repeat(1_000), ["n".repeat(10_000)]: 1, ["/".repeat(300)]: 1 });
    expect(result.valid).toBe(false);
    expect(JSON.stringify(result)).not.toMatch(/n{65}|y{65}/);
    expect(JSON.stringify(result).length).toBeLessThan(1_500);
  });

  test("gives a result for whatever JSON there is", () => {
    const validator = createValidator(schema);
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: "large" }), (value) => {
        const result = validator?.validate(value);
        expect(result).toHaveProperty("valid");
        if (!(result instanceof Promise) && result?.valid === false) {
          expect(result.issues.length).toBeGreaterThan(0);
          for (const { got, path, expected } of result.issues) {
            expect(got?.length ?? 0).toBeLessThanOrEqual(64);
            expect(path.length).toBeLessThanOrEqual(256);
            expect(expected).not.toBe("");
          }
        }
      }),
    );
  });
});

test("a result is not refused because it takes long to look at", () => {
  const schema = { properties: { a: { type: "string", pattern: "^(?!b)(a+)+$" } } };
  const result = { a: `${"a".repeat(50)}!` };
  expect(validateNow(schema, result, { direction: "output" })).toEqual({ valid: true, value: result });
  expect(codesOf(validateNow(schema, result))).toEqual(["/a pattern_timeout"]);
});

test("a list of a million wrong items tells its first", () => {
  const schema = { properties: { a: { type: "array", items: { type: "string" } } } };
  const a = Array.from({ length: 1_000_000 }, () => 5);
  expect(codesOf(validateNow(schema, { a }))).toEqual(["/a/0 invalid_type"]);
});

test("100,000 objects that must differ are compared in good time", () => {
  const schema = { type: "array", uniqueItems: true, items: { type: "object" } };
  const items = Array.from({ length: 100_000 }, (_, index) => ({ index, text: "same" }));
  expect(validateNow(schema, items)).toMatchObject({ valid: true });
  expect(codesOf(validateNow(schema, [...items, { text: "same", index: 5 }]))).toEqual([" duplicate_items"]);
});

test.each<[string, unknown[], boolean]>([
  ["1 and 1.0", fromJson("[1, 1.0]") as unknown[], false],
  ["1 and '1'", [1, "1"], true],
  ["an object and its own JSON", [{ a: 1 }, '{"a":1}'], true],
  [
    "objects in another order",
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    false,
  ],
  ["0 and false and null and empty", [0, false, null, ""], true],
  [
    "lists",
    [
      [1, 2],
      [2, 1],
    ],
    true,
  ],
])("%s: unique is %s", (_name, items, unique) => {
  expect(validateNow({ uniqueItems: true }, items).valid).toBe(unique);
});
