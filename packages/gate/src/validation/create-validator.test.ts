import * as v from "valibot";
import { fromJsonSchema } from "@modelcontextprotocol/server";
import { RE2JS } from "re2js";
import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import * as mini from "zod/mini";
import * as z3 from "zod/v3";
import { createValidator } from "./create-validator.ts";
import { codesOf, expectedOf, validateNow } from "./testing-validation.ts";

/** One contract, as each kind of schema writes it. */
const schemas = {
  "zod 4": z.strictObject({
    date: z.string().regex(/^\d{4}-\d\d-\d\d$/),
    amount: z.number().max(500),
    kind: z.enum(["refund", "credit"]),
    note: z.string().optional(),
    lines: z.array(z.object({ "a/b~c": z.number() })).optional(),
  }),
  "zod 4 mini": mini.strictObject({
    date: mini.string().check(mini.regex(/^\d{4}-\d\d-\d\d$/)),
    amount: mini.number().check(mini.maximum(500)),
    kind: mini.enum(["refund", "credit"]),
    note: mini.optional(mini.string()),
    lines: mini.optional(mini.array(mini.object({ "a/b~c": mini.number() }))),
  }),
  "zod 3": z3
    .object({
      date: z3.string().regex(/^\d{4}-\d\d-\d\d$/),
      amount: z3.number().max(500),
      kind: z3.enum(["refund", "credit"]),
      note: z3.string().optional(),
      lines: z3.array(z3.object({ "a/b~c": z3.number() })).optional(),
    })
    .strict(),
  valibot: v.strictObject({
    date: v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\d$/)),
    amount: v.pipe(v.number(), v.maxValue(500)),
    kind: v.picklist(["refund", "credit"]),
    note: v.optional(v.string()),
    lines: v.optional(v.array(v.object({ "a/b~c": v.number() }))),
  }),
  "JSON Schema": {
    type: "object",
    properties: {
      date: { type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\d$" },
      amount: { type: "number", maximum: 500 },
      kind: { enum: ["refund", "credit"] },
      note: { type: "string" },
      lines: {
        type: "array",
        items: { type: "object", properties: { "a/b~c": { type: "number" } }, required: ["a/b~c"] },
      },
    },
    required: ["date", "amount", "kind"],
    additionalProperties: false,
  },
};
const kinds = Object.entries(schemas);
const valid = { date: "2026-06-06", amount: 500, kind: "refund" };

describe.each(kinds)("%s", (name, schema) => {
  test("takes what is valid, in step", () => {
    expect(validateNow(schema, valid)).toEqual({ valid: true, value: valid });
  });

  test("finds every issue at once, each with its path", () => {
    const result = validateNow(schema, {
      date: "06/06/2026",
      amount: "5",
      lines: [{ "a/b~c": 1 }, { "a/b~c": "x" }],
      extra: 1,
    });
    expect(codesOf(result).toSorted()).toEqual([
      "/amount invalid_type",
      name === "valibot" ? "/date regex" : "/date invalid_format",
      "/extra unrecognized_keys",
      "/kind required",
      "/lines/1/a~1b~0c invalid_type",
    ]);
  });

  test("says what would be valid", () => {
    const expected = expectedOf(validateNow(schema, { date: "2026-06-06", amount: 501, kind: "other", note: 5 }));
    expect(expected["/amount"]).toMatch(/<=\s?500/);
    expect(expected["/kind"]).toMatch(/"refund".*"credit"/);
    expect(expected["/note"]).toBe("string");
  });

  test("shows what was there and of which type", () => {
    const result = validateNow(schema, { ...valid, date: "06/06/2026", amount: "5", note: ["x", "y"] });
    expect(result.valid ? [] : result.issues.map(({ got }) => got)).toEqual([
      "06/06/2026 (string)",
      "5 (string)",
      "array of 2",
    ]);
  });

  test("names the parameters that there are where one is not known", () => {
    const expected = expectedOf(validateNow(schema, { ...valid, ammount: 1 }));
    const known = name === "valibot" ? "none are known" : "known are date, amount, kind, note, lines";
    expect(expected).toEqual({ "/ammount": `no such parameter; ${known}` });
  });

  test("changes nothing: a number in a text stays a text, and is refused", () => {
    const args = Object.freeze({ ...valid, amount: "500" });
    expect(validateNow(schema, args).valid).toBe(false);
    expect(args.amount).toBe("500");
  });

  test("shows values through the caller's own rendering, and cuts what comes back", () => {
    const validator = createValidator(schema);
    const asked: unknown[] = [];
    const result = validator?.validate({ ...valid, amount: "hunter2", note: 5 }, (value, path) => {
      asked.push([path, value]);
      return path === "/amount" ? undefined : "x".repeat(100);
    });
    expect(asked).toEqual([
      ["/amount", "hunter2"],
      ["/note", 5],
    ]);
    expect(result).toMatchObject({ issues: [{ got: undefined }, { got: `${"x".repeat(63)}…` }] });
  });

  test("keeps 20 issues and counts the others", () => {
    const lines = Array.from({ length: 50 }, () => ({ "a/b~c": "x" }));
    const result = validateNow(schema, { ...valid, lines });
    expect(result).toMatchObject({ valid: false, more: 30 });
    expect(codesOf(result)).toHaveLength(20);
  });

  test("is made once for a schema", () => {
    expect(createValidator(schema)).toBe(createValidator(schema));
  });
});

test("a value that a schema adds or strips is in the result, and not in the value", () => {
  const args = { amount: 1, more: true };
  for (const schema of [
    z.object({ amount: z.number(), currency: z.string().default("EUR") }),
    z3.object({ amount: z3.number(), currency: z3.string().default("EUR") }),
    v.object({ amount: v.number(), currency: v.optional(v.string(), "EUR") }),
  ]) {
    expect(validateNow(schema, args)).toEqual({ valid: true, value: { amount: 1, currency: "EUR" } });
  }
  expect(args).toEqual({ amount: 1, more: true });
  expect(validateNow({ properties: { currency: { default: "EUR" } } }, args)).toEqual({ valid: true, value: args });
});

test("no schema has no validator", () => {
  expect(createValidator(undefined)).toBeUndefined();
  expect(createValidator(null)).toBeUndefined();
  expect(createValidator({})?.validate({ any: 1 })).toMatchObject({ valid: true });
  expect(createValidator(false)?.validate({})).toMatchObject({ valid: false });
});

test.each([
  ["a text", "z.object({})", "the schema is a string, no schema"],
  ["a raw shape", { city: z.string() }, "the schema is an object of schemas; write z.object({ … }) around it"],
  [
    "a type that is none",
    { properties: { a: { type: "strng" } } },
    `the schema's /properties/a/type has no type "strng"`,
  ],
  [
    "a limit that is no number",
    { properties: { a: { minimum: "5" } } },
    "the schema's /properties/a/minimum must be a number",
  ],
  ["a list where an object belongs", { properties: [] }, "the schema's /properties must be an object of schemas"],
  ["a part that is no schema", { items: { anyOf: [1] } }, "the schema's /items/anyOf/0 is no schema"],
  ["a pattern that is none", { pattern: "(" }, "the schema cannot be used: Invalid regular expression"],
  [
    "a reference to another server",
    { $ref: "https://example.com/a.json" },
    "the schema cannot be used: can't resolve reference https://example.com/a.json",
  ],
  [
    "a reference to nowhere",
    { $ref: "#/$defs/none" },
    "the schema cannot be used: can't resolve reference #/$defs/none",
  ],
])("%s is refused with what is wrong", (_name, schema, message) => {
  expect(() => createValidator(schema)).toThrow(TypeError);
  expect(() => createValidator(schema)).toThrow(message);
});

describe("a schema that waits", () => {
  const taken = new Set(["a"]);
  const asynchronous = {
    "zod 4": z.object({ name: z.string().refine(async (name) => Promise.resolve(!taken.has(name)), "is taken") }),
    "zod 3": z3.object({ name: z3.string().refine(async (name) => Promise.resolve(!taken.has(name)), "is taken") }),
    valibot: v.objectAsync({
      name: v.pipeAsync(
        v.string(),
        v.checkAsync(async (name) => Promise.resolve(!taken.has(name)), "is taken"),
      ),
    }),
  };
  test.each(Object.entries(asynchronous))("is waited for: %s", async (_name, schema) => {
    const validator = createValidator(schema);
    expect(await validator?.validate({ name: "b" })).toEqual({ valid: true, value: { name: "b" } });
    expect(await validator?.validate({ name: "a" })).toMatchObject({
      valid: false,
      issues: [{ path: "/name", expected: "is taken", got: "a (string)" }],
    });
  });

  const rejecting = async (): Promise<boolean> => Promise.reject(new Error("the database is down"));
  test.each<[string, unknown]>([
    ["zod 4", z.object({ name: z.string().refine(rejecting) })],
    ["zod 3", z3.object({ name: z3.string().refine(rejecting) })],
    ["valibot", v.objectAsync({ name: v.pipeAsync(v.string(), v.checkAsync(rejecting)) })],
    [
      "zod 4 that throws",
      z.object({
        name: z.string().refine(() => {
          throw new Error("no");
        }),
      }),
    ],
    [
      "zod 3 that throws",
      z3.object({
        name: z3.string().refine(() => {
          throw new Error("no");
        }),
      }),
    ],
  ])("and fails refuses the value, and leaves no rejection behind: %s", async (_name, schema) => {
    const rejections: unknown[] = [];
    const onRejection = (reason: unknown): void => void rejections.push(reason);
    process.on("unhandledRejection", onRejection);
    try {
      expect(codesOf(await createValidator(schema)!.validate({ name: "a" }))).toEqual([" check_failed"]);
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(rejections).toEqual([]);
    } finally {
      process.off("unhandledRejection", onRejection);
    }
  });

  test("only in a part that is not reached does not wait", () => {
    const schema = z.object({
      name: z
        .string()
        .refine(async () => Promise.resolve(true))
        .optional(),
    });
    expect(validateNow(schema, {})).toEqual({ valid: true, value: {} });
  });
});

describe("a union", () => {
  const branches = {
    "zod 4": z.object({
      to: z.union([
        z.string(),
        z.object({ kind: z.literal("card"), last4: z.string() }),
        z.object({ kind: z.literal("iban"), iban: z.string() }),
      ]),
    }),
    "zod 3": z3.object({
      to: z3.union([
        z3.string(),
        z3.object({ kind: z3.literal("card"), last4: z3.string() }),
        z3.object({ kind: z3.literal("iban"), iban: z3.string() }),
      ]),
    }),
    "JSON Schema": {
      properties: {
        to: {
          anyOf: [
            { type: "string" },
            { $ref: "#/$defs/card" },
            {
              type: "object",
              properties: { kind: { const: "iban" }, iban: { type: "string" } },
              required: ["kind", "iban"],
            },
          ],
        },
      },
      $defs: {
        card: {
          type: "object",
          properties: { kind: { const: "card" }, last4: { type: "string" } },
          required: ["kind", "last4"],
        },
      },
    },
  };
  test.each(Object.entries(branches))("tells the issues of the branch that was meant: %s", (_name, schema) => {
    expect(codesOf(validateNow(schema, { to: { kind: "card", last4: 1234 } }))).toEqual(["/to/last4 invalid_type"]);
    expect(codesOf(validateNow(schema, { to: { kind: "iban" } }))).toEqual(["/to/iban required"]);
  });
  test.each(Object.entries(branches))("is one issue where none was plainly meant: %s", (_name, schema) => {
    expect(codesOf(validateNow(schema, { to: 5 }))).toEqual(["/to invalid_union"]);
    expect(codesOf(validateNow(schema, { to: { kind: "cash" } }))).toEqual(["/to invalid_union"]);
  });
});

test("what the tool lists gives better words to a schema that cannot convert itself", () => {
  const schema = z3.object({ date: z3.string().regex(/^\d{4}$/) });
  const jsonSchema = { properties: { date: { type: "string", pattern: "^\\d{4}$" } } };
  expect(expectedOf(validateNow(schema, { date: "x" }, { jsonSchema }))).toEqual({
    "/date": "string matching ^\\d{4}$",
  });
});

test("the author's own words are told where a check of their own refuses", () => {
  const future = z.object({ date: z.iso.date().refine(() => false, "a day that is not over yet") });
  expect(expectedOf(validateNow(future, { date: "2020-01-01" }))).toEqual({ "/date": "a day that is not over yet" });
});

test("a JSON Schema that SDK 2 was given is validated as one", () => {
  const schema = fromJsonSchema({ type: "object", properties: { a: { type: "number" } }, required: ["a", "b"] });
  expect(codesOf(validateNow(schema, { a: "x" }))).toEqual(["/b required", "/a invalid_type"]);
});

test("equal JSON Schemas in new objects are compiled once", () => {
  const compile = vi.spyOn(RE2JS, "compile");
  try {
    const schema = (): object => ({ properties: { a: { pattern: "^compiled once$" } } });
    for (let time = 0; time < 20; time++) expect(validateNow(schema(), { a: "compiled once" }).valid).toBe(true);
    expect(compile).toHaveBeenCalledTimes(1);
  } finally {
    compile.mockRestore();
  }
});
