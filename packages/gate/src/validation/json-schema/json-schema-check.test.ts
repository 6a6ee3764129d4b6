import { describe, expect, test } from "vitest";
import { codesOf, expectedOf, validateNow } from "../testing-validation.ts";

describe("the dialect", () => {
  const tuple = [{ type: "string" }, { type: "number" }];
  test("is draft 2020-12 where the schema does not say", () => {
    expect(codesOf(validateNow({ prefixItems: tuple, items: false }, ["a", "b", "c"])).toSorted()).toEqual([
      " too_big",
      "/1 invalid_type",
    ]);
    expect(codesOf(validateNow({ dependentRequired: { a: ["b"] } }, { a: 1 }))).toEqual(["/b required"]);
    expect(codesOf(validateNow({ properties: { a: true }, unevaluatedProperties: false }, { b: 1 }))).toEqual([
      "/b unrecognized_keys",
    ]);
  });

  test("is draft 7 where it says so, or uses what only older drafts have", () => {
    const items = { items: tuple, additionalItems: false };
    for (const schema of [{ $schema: "http://json-schema.org/draft-07/schema#", ...items }, items])
      expect(codesOf(validateNow(schema, ["a", "b", "c"])).toSorted()).toEqual([" too_big", "/1 invalid_type"]);
    expect(codesOf(validateNow({ dependencies: { a: ["b"] } }, { a: 1 }))).toEqual(["/b required"]);
  });

  test("is draft 2019-09 where it says so", () => {
    const $schema = "https://json-schema.org/draft/2019-09/schema";
    const schema = {
      $schema,
      $recursiveAnchor: true,
      properties: { a: { type: "string" }, b: { $recursiveRef: "#" } },
    };
    expect(codesOf(validateNow(schema, { b: { a: 5 } }))).toEqual(["/b/a invalid_type"]);
  });

  test("of draft 4 is understood", () => {
    const schema = {
      $schema: "http://json-schema.org/draft-04/schema#",
      id: "x",
      minimum: 0,
      exclusiveMinimum: true,
      maximum: 5,
      exclusiveMaximum: false,
    };
    expect([0, 1, 5, 6].map((value) => validateNow(schema, value).valid)).toEqual([false, true, true, false]);
  });
});

test.each<[string, object, unknown, unknown]>([
  [
    "null for what is absent",
    { type: "object", required: null, properties: { a: { type: "string", pattern: null, enum: null } } },
    { a: "x" },
    { a: 5 },
  ],
  ["required of draft 3", { properties: { a: { type: "string", required: true } } }, {}, { a: 5 }],
  ["any type of draft 3", { properties: { a: { type: "any" }, b: { type: "string" } } }, { a: 5 }, { b: 5 }],
  [
    "nullable of OpenAPI",
    { properties: { a: { type: "string", nullable: true }, b: { nullable: true } } },
    { a: null, b: 5 },
    { a: 5 },
  ],
  [
    "keywords that nobody knows",
    { "x-order": 1, widget: "date", properties: { a: { type: "string", discriminator: "kind" } } },
    { a: "x" },
    { a: 5 },
  ],
  ["formats that nobody knows", { properties: { a: { type: "string", format: "iban" } } }, { a: "x" }, { a: 5 }],
  ["the same type twice", { properties: { a: { type: ["string", "string"] } } }, { a: "x" }, { a: 5 }],
  ["a default of another type", { properties: { a: { type: "string", default: 5 } } }, { a: "x" }, { a: 5 }],
  [
    "a pattern for browsers",
    { properties: { a: { type: "string", pattern: "^[\\w-.]+$" } } },
    { a: "a-b.c" },
    { a: 5 },
  ],
  ["an asynchronous schema", { $async: true, properties: { a: { type: "string" } } }, { a: "x" }, { a: 5 }],
])("%s does not matter", (_name, schema, valid, invalid) => {
  expect(validateNow(schema, valid).valid).toBe(true);
  expect(codesOf(validateNow(schema, invalid))).toEqual(
    expect.arrayContaining([expect.stringMatching(/^\/[ab] invalid_type$/)]),
  );
});

test("names of an object's prototype are not the caller's", () => {
  expect(codesOf(validateNow({ required: ["constructor", "toString"] }, {}))).toEqual([
    "/constructor required",
    "/toString required",
  ]);
  expect(validateNow({ properties: { toString: { type: "string" }, valueOf: { type: "string" } } }, {}).valid).toBe(
    true,
  );
});

test.each<[object, unknown, string, string]>([
  [{ minimum: 1, maximum: 500, type: "integer" }, 0, "too_small", "integer >= 1 and <= 500"],
  [{ exclusiveMaximum: 5 }, 5, "too_big", "any value"],
  [{ multipleOf: 0.5, type: "number" }, 0.3, "not_multiple_of", "number, a multiple of 0.5"],
  [{ minLength: 2, type: "string" }, "a", "too_small", "string of at least 2 characters"],
  [{ maxItems: 1, type: "array" }, [1, 2], "too_big", "array (at most 1 item)"],
  [{ minProperties: 1 }, {}, "too_small", "object with at least 1 members"],
  [{ const: "x" }, "y", "invalid_value", '"x"'],
  [{ not: { type: "string" } }, "y", "invalid_value", "not string"],
  [{ contains: { type: "string" }, type: "array" }, [1], "too_small", "array with string"],
  [{ oneOf: [{ type: "number" }, { minimum: 0 }] }, 5, "invalid_union", "only one of the forms that it fits"],
  [{ format: "date", type: "string" }, "06/06/2026", "invalid_format", "YYYY-MM-DD"],
])("%j", (schema, value, code, expected) => {
  const result = validateNow(schema, value);
  expect(codesOf(result)).toEqual([` ${code}`]);
  expect(expectedOf(result)).toEqual({ "": expected });
});

test("conditions tell what failed within them", () => {
  const schema: unknown = JSON.parse(
    '{"if":{"properties":{"kind":{"const":"card"}}},"then":{"required":["last4"],"properties":{"last4":{"type":"string"}}}}',
  );
  const result = validateNow(schema, { kind: "card" });
  expect(codesOf(result)).toEqual(["/last4 required"]);
  expect(expectedOf(result)).toEqual({ "/last4": "required: string" });
});

test("a name that is not allowed is told once", () => {
  expect(codesOf(validateNow({ propertyNames: { pattern: "^[a-z]+$", maxLength: 3 } }, { ABCD: 1 }))).toEqual([
    "/ABCD invalid_key",
  ]);
});

test("a tree refers to itself", () => {
  const tree = {
    type: "object",
    properties: { name: { type: "string" }, children: { type: "array", items: { $ref: "#" } } },
  };
  for (const schema of [tree, { ...tree, $id: "https://example.com/tree" }, { ...tree, $id: "not a: URI" }]) {
    expect(validateNow(schema, { children: [{ name: "a", children: [] }] }).valid).toBe(true);
    expect(codesOf(validateNow(schema, { children: [{ children: [{ name: 5 }] }] }))).toEqual([
      "/children/0/children/0/name invalid_type",
    ]);
  }
});

test("references by id and by anchor are followed", () => {
  const schema = {
    properties: { a: { $ref: "item" }, b: { $ref: "#anchored" } },
    $id: "https://example.com/root",
    $defs: { item: { $id: "item", type: "string" }, other: { $anchor: "anchored", type: "number" } },
  };
  expect(codesOf(validateNow(schema, { a: 5, b: "x" }))).toEqual(["/a invalid_type", "/b invalid_type"]);
});
