import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { jsonSchemaOf } from "../json-schema-of.ts";
import { exampleOf } from "./example-of.ts";
import { samplePattern } from "./sample-pattern.ts";

/** Another judge than the code under test. */
function isTaken(schema: object, value: unknown): boolean {
  const ajv = new Ajv2020({ strict: false, logger: false });
  addFormats.default(ajv);
  return ajv.validate(schema, value);
}

const order = {
  type: "object",
  properties: {
    id: { type: "string", pattern: "^ord_[0-9a-f]{8}$" },
    day: { type: "string", format: "date" },
    amount: { type: "number", exclusiveMinimum: 0, maximum: 500, multipleOf: 0.01 },
    kind: { enum: ["refund", "credit"] },
    lines: { type: "array", minItems: 2, uniqueItems: true, items: { type: "integer", minimum: 10 } },
    to: { $ref: "#/$defs/Address" },
    note: { type: "string" },
  },
  required: ["id", "day", "amount", "kind", "lines", "to"],
  additionalProperties: false,
  $defs: { Address: { type: "object", properties: { city: { type: "string", minLength: 6 } }, required: ["city"] } },
};

describe("an example", () => {
  test("has the required members alone, each of its kind", () => {
    expect(exampleOf(order)).toEqual({
      id: "ord_aaaaaaaa",
      day: "2026-06-06",
      amount: 1,
      kind: "refund",
      lines: [10, 11],
      to: { city: "textte" },
    });
    expect(isTaken(order, exampleOf(order))).toBe(true);
  });

  test.each<[string, object, unknown]>([
    ["the author's examples", { type: "string", examples: ["Vienna", "Paris"], default: "Oslo" }, "Vienna"],
    ["the author's default", { type: "string", default: "Oslo", enum: ["Bergen", "Oslo"] }, "Oslo"],
    ["a constant", { const: { a: 1 } }, { a: 1 }],
    ["no example that is out of date", { type: "integer", examples: ["seven"], minimum: 7 }, 7],
    ["the first branch that is something", { anyOf: [{ type: "null" }, { type: "integer" }] }, 1],
    [
      "all parts together",
      {
        allOf: [
          { properties: { a: { type: "string" } }, required: ["a"] },
          { properties: { b: { const: 1 } }, required: ["b"] },
        ],
      },
      { a: "text", b: 1 },
    ],
    ["a type of several", { type: ["null", "boolean"] }, true],
    ["a number between two", { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 1 }, 0.5],
    ["a negative number", { type: "integer", maximum: -5 }, -5],
    ["a multiple", { type: "integer", minimum: 11, multipleOf: 10 }, 20],
    ["a text of a length", { type: "string", minLength: 2, maxLength: 3 }, "tex"],
    ["a member whose schema is anything", { required: ["a"] }, { a: "text" }],
    ["a list that contains", { type: "array", contains: { const: 5 } }, [5]],
    ["a tuple", { type: "array", minItems: 2, prefixItems: [{ type: "string" }, { type: "boolean" }] }, ["text", true]],
    ["names of every prototype", { required: ["__proto__"], properties: {} }, JSON.parse('{"__proto__":"text"}')],
  ])("takes %s", (_name, schema, expected) => {
    expect(exampleOf(schema)).toEqual(expected);
  });

  test.each<[string, unknown]>([
    ["nothing is valid", false],
    [
      "it never ends",
      {
        $ref: "#/$defs/a",
        $defs: { a: { type: "object", properties: { a: { $ref: "#/$defs/a" } }, required: ["a"] } },
      },
    ],
    ["the pattern is not plain", { type: "string", pattern: "^(?=.*[A-Z])(?=.*[0-9]).{12,}$" }],
    ["it is very long", { type: "string", minLength: 1_000 }],
    ["it has very many items", { type: "array", minItems: 1_000, items: {} }],
    ["it contradicts itself", { type: "integer", minimum: 5, maximum: 4 }],
    ["the schema cannot be used", { type: "strng" }],
    ["there is no schema", undefined],
  ])("is not given where %s", (_name, schema) => {
    expect(exampleOf(schema)).toBeUndefined();
  });

  test("of a schema of zod's is one that zod takes", () => {
    const schema = z.strictObject({
      email: z.email(),
      when: z.iso.datetime(),
      day: z.iso.date(),
      id: z.uuid(),
      url: z.url(),
      sku: z.string().regex(/^[A-Z]{3}-\d{3,5}$/),
      count: z.int().positive().max(9),
      tags: z.array(z.enum(["a", "b"])).nonempty(),
      to: z.discriminatedUnion("kind", [z.object({ kind: z.literal("card"), last4: z.string().length(4) })]),
      maybe: z.string().nullable(),
      map: z.record(z.string(), z.number()),
      optional: z.string().optional(),
    });
    const example = exampleOf(jsonSchemaOf(schema, "input"));
    expect(schema.safeParse(example)).toMatchObject({ success: true });
    expect(example).not.toHaveProperty("optional");
  });

  test("is valid, whatever the schema", () => {
    const { schema } = fc.letrec<{ schema: object }>((tie) => ({
      schema: fc.oneof(
        { maxDepth: 4 },
        fc.record(
          { type: fc.constant("string"), minLength: fc.nat(10), maxLength: fc.nat(12) },
          { requiredKeys: ["type"] },
        ),
        fc.record({
          type: fc.constant("string"),
          format: fc.constantFrom(
            "date",
            "date-time",
            "email",
            "uri",
            "uuid",
            "ipv6",
            "time",
            "duration",
            "regex",
            "byte",
            "hostname",
          ),
        }),
        fc.record({
          type: fc.constant("string"),
          pattern: fc.constantFrom(
            "^\\d{4}$",
            "^[A-F0-9]+$",
            "^a|b$",
            "^(?:x-)?[a-z]{2,}$",
            "\\.csv$",
            "^#[0-9a-f]{6}$",
          ),
        }),
        fc.record(
          {
            type: fc.constantFrom("number", "integer"),
            minimum: fc.integer({ min: -20, max: 20 }),
            exclusiveMaximum: fc.integer({ min: -20, max: 30 }),
            multipleOf: fc.constantFrom(1, 2, 0.5, 10),
          },
          { requiredKeys: ["type"] },
        ),
        fc.record({ enum: fc.array(fc.jsonValue({ maxDepth: 1 }), { minLength: 1, maxLength: 3 }) }),
        fc.record(
          { type: fc.constant("array"), items: tie("schema"), minItems: fc.nat(3), uniqueItems: fc.boolean() },
          { requiredKeys: ["type"] },
        ),
        fc.record(
          {
            type: fc.constant("object"),
            properties: fc.dictionary(fc.constantFrom("a", "b", "c"), tie("schema")),
            required: fc.subarray(["a", "b", "c"]),
            additionalProperties: fc.boolean(),
          },
          { requiredKeys: ["type"] },
        ),
        fc.record({ anyOf: fc.array(tie("schema"), { minLength: 1, maxLength: 2 }) }),
        fc.record(
          { allOf: fc.array(tie("schema"), { minLength: 1, maxLength: 2 }), default: fc.jsonValue({ maxDepth: 1 }) },
          { requiredKeys: ["allOf"] },
        ),
      ),
    }));
    let made = 0;
    fc.assert(
      fc.property(schema, (one) => {
        const example = exampleOf(one);
        if (example === undefined) return;
        made++;
        expect(isTaken(one, example)).toBe(true);
      }),
      { numRuns: 150 },
    );
    expect(made).toBeGreaterThan(50);
  });
});

test.each([
  ["^\\d{4}-\\d{2}$", "1111-11"],
  ["^[A-Z]{2,3}$", "AA"],
  ["^(?:foo|bar)-[^a]$", "foo-b"],
  ["^(?<id>x+)y*z?$", "x"],
  ["^\\$\\d+\\.\\d\\d$", "$1.11"],
  ["a|b", "a"],
])("%s is sampled as %s", (pattern, sample) => {
  expect(samplePattern(pattern)).toBe(sample);
  expect(new RegExp(pattern, "u").test(sample)).toBe(true);
});

test.each(["(?=a)b", "(a)\\1", "a{1000}", "(", "a)", "[", "\\p{L}", "^(a{60}){60}$", "(".repeat(1_000)])(
  "%s is not sampled",
  (pattern) => {
    expect(samplePattern(pattern)).toBeUndefined();
  },
);
