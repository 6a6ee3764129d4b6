import { expect, test } from "vitest";
import { describeSchema } from "./describe-schema.ts";

test.each<[unknown, string]>([
  [{ type: "string" }, "string"],
  [{ type: "string", minLength: 1 }, "string that is not empty"],
  [{ type: "string", minLength: 2, maxLength: 5 }, "string of 2 to 5 characters"],
  [{ type: "string", minLength: 4, maxLength: 4 }, "string of 4 characters"],
  [{ type: "string", maxLength: 1 }, "string of at most 1 character"],
  [{ type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\d$" }, "string matching ^\\d{4}-\\d\\d-\\d\\d$"],
  [{ type: "string", format: "date", pattern: "^.{10}$" }, "YYYY-MM-DD"],
  [{ type: "string", format: "date-time" }, "date and time as YYYY-MM-DDThh:mm:ssZ"],
  [{ type: "string", format: "email", maxLength: 50 }, "email address of at most 50 characters"],
  [{ type: "string", format: "iban" }, "string of format iban"],
  [{ format: "constructor" }, "string of format constructor"],
  [{ enum: ["a", "b"] }, 'one of "a", "b"'],
  [{ enum: [1] }, "1"],
  [
    { enum: Array.from({ length: 20 }, (_, index) => index) },
    "one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, … (20 in all)",
  ],
  [{ const: "card" }, '"card"'],
  [{ const: null }, "null"],
  [{ type: "number", maximum: 500 }, "number <= 500"],
  [{ type: "integer", minimum: 1, maximum: 500 }, "integer >= 1 and <= 500"],
  [{ type: "integer", minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }, "integer"],
  [{ type: "number", exclusiveMinimum: 0, multipleOf: 0.01 }, "number > 0, a multiple of 0.01"],
  [{ type: "boolean" }, "true or false"],
  [{ type: "null" }, "null"],
  [{ type: ["string", "null"] }, "string or null"],
  [{ type: "string", nullable: true }, "string or null"],
  [{ type: "array", items: { type: "string" }, minItems: 1 }, "array of string (at least 1 item)"],
  [{ type: "array", uniqueItems: true }, "array (no two the same)"],
  [{ type: "object", required: ["city", "zip"] }, "object with city, zip"],
  [{ properties: {} }, "object"],
  [{ anyOf: [{ type: "string" }, { type: "number" }, { type: "string" }] }, "string or number"],
  [{ oneOf: Array.from({ length: 6 }, (_, index) => ({ const: index })) }, "0 or 1 or 2 or 3 or 2 more"],
  [{ allOf: [{ type: "integer" }, { maximum: 5 }] }, "integer <= 5"],
  [{ $ref: "#/$defs/a~1b", $defs: { "a/b": { type: "integer" } } }, "integer"],
  [{ $ref: "#/$defs/none" }, "any value"],
  [{ $ref: "#" }, "any value"],
  [{}, "any value"],
  [true, "any value"],
  [false, "nothing"],
  [null, "any value"],
  [[1], "any value"],
])("%j is %s", (schema, phrase) => {
  expect(describeSchema(schema)).toBe(phrase);
});

test("a phrase is short, however large the schema", () => {
  const long = "x".repeat(10_000);
  const schemas = [
    { enum: Array.from({ length: 1_000 }, () => long) },
    { pattern: long },
    { format: long },
    { type: "object", required: Array.from({ length: 1_000 }, () => long) },
  ];
  for (const schema of schemas) expect(describeSchema(schema).length).toBeLessThan(1_000);
});
