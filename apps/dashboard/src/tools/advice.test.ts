import { expect, test } from "vitest";
import { adviceFor } from "./advice.ts";
import { expectedAt } from "./expected-at.ts";
import { inputSchemaOf, type Schema } from "./schema-at.ts";

const schema = {
  type: "object",
  properties: {
    due: { type: "string", format: "date", description: "When it has to be done" },
    told: { type: "string", format: "date", description: "A date as YYYY-MM-DD" },
    orderId: { type: "string", pattern: "^ORD-\\d{4}$", description: "The order" },
    bare: { type: "number" },
    undated: { type: "string", format: "date" },
    priority: { enum: ["low", "high"], description: "How urgent it is" },
    amount: { type: "integer", minimum: 1, maximum: 500, description: "In cents" },
    items: { type: "array", items: { $ref: "#/$defs/item" } },
    tags: { type: "array", items: { type: "string" }, description: "What it is about" },
    labels: { type: "object", additionalProperties: { type: "integer", description: "How often" } },
    genes: {
      anyOf: [{ type: "array", items: { type: "string" } }, { type: "null" }],
      description: "Symbols to look for",
    },
    note: { anyOf: [{ type: "string", maxLength: 80 }, { type: "number" }] },
    via: { type: "string", format: "email(", description: "Where the answer goes" },
  },
  required: ["due", "told"],
  $defs: { item: { type: "object", properties: { price: { type: "number", description: "What it costs" } } } },
} as const satisfies Schema;

test.each([
  ["/due", "invalid_format", "Its description does not say the format: say `YYYY-MM-DD` in it."],
  ["/due", "required", "Agents leave it out. Say in its description where its value comes from, or give it a default."],
  [
    "/orderId",
    "invalid_format",
    "Its description does not show what it has to look like: give an example that matches `^ORD-\\d{4}$`.",
  ],
  ["/bare", "invalid_type", "It has no description. Say what it is for, with an example."],
  ["/undated", "invalid_format", "It has no description. Say the format in it: `YYYY-MM-DD`."],
  ["/priority", "invalid_value", "Its description does not name the values that there are: say low, high in it."],
  ["/amount", "too_big", 'Its description does not say its limits: say "at least 1, at most 500" in it.'],
  ["/items/*/price", "invalid_type", "Its description does not say that it is a number."],
  ["/tags", "invalid_type", "Its description does not say that it is an array."],
  ["/genes", "invalid_type", "Its description does not say that it is an array."],
  ["/labels/red", "invalid_type", "Its description does not say that it is an integer."],
  [
    "/told",
    "invalid_type",
    "It is required: agents leave it out or send another type. Say in its description where its value comes from.",
  ],
  ["/gone", "invalid_type", "The contract in force has no such parameter."],
  [
    "",
    "unrecognized_keys",
    "Agents send parameters that it does not have. With `validate` on, the gate refuses them by their names, and they show here.",
  ],
  [
    "/orderID",
    "unrecognized_keys",
    "The tool has no such parameter. Agents mean `orderId`: accept this name too, or say it in the tool's description.",
  ],
  [
    "/colour",
    "unrecognized_keys",
    "The tool has no such parameter, and none like it: agents expect something that it does not offer.",
  ],
])("where %s fails with %s it says what is missing", (pointer, code, advice) => {
  expect(adviceFor(schema, { pointer, code })).toBe(advice);
});

test.each([
  ["/told", "invalid_format"],
  ["/due", "custom"],
  ["/tags/*", "invalid_type"],
  ["/via", "invalid_format"],
  ["/note/any/deeper", "invalid_type"],
  ["", "custom"],
])("where the contract shows nothing missing at %s with %s, nothing is said", (pointer, code) => {
  expect(adviceFor(schema, { pointer, code })).toBeNull();
});

test("what would be valid is told from the contract", () => {
  expect(expectedAt(schema, "/due")).toBe("string, format date");
  expect(expectedAt(schema, "/amount")).toBe("integer, at least 1, at most 500");
  expect(expectedAt(schema, "/priority")).toBe("one of low, high");
  expect(expectedAt(schema, "/items/*/price")).toBe("number");
  expect(expectedAt(schema, "/genes")).toBe("array");
  expect(expectedAt(schema, "/note")).toBe("string, at most 80 characters, or number");
  expect(expectedAt(schema, "/labels/red")).toBe("integer");
  expect(expectedAt(schema, "/nothing")).toBeNull();
  expect(expectedAt({ properties: { a: { anyOf: [{ type: "string" }, {}] } } }, "/a")).toBeNull();
});

test("a schema that refers to itself, to nothing or to elsewhere harms nobody", () => {
  const root = {
    properties: { a: { $ref: "#/properties/a" }, b: { $ref: "#/none" }, c: { $ref: "http://x/y" }, d: 7 },
  };
  for (const pointer of ["/a", "/a/b", "/b", "/c", "/d", "/__proto__", "/constructor", "/a~1b"]) {
    expect(() => adviceFor(root, { pointer, code: "invalid_type" })).not.toThrow();
    expect(() => expectedAt(root, pointer)).not.toThrow();
  }
});

test.each(["", "7", "null", '{"inputSchema":[]}', "{"])("a contract that reads %j has no schema", (text) => {
  expect(inputSchemaOf(text)).toBeUndefined();
});
