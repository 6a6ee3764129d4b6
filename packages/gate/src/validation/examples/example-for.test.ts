import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createValidator } from "../create-validator.ts";
import { jsonSchemaOf } from "../json-schema-of.ts";
import { validateNow } from "../testing-validation.ts";
import { exampleFor, type ExampleOptions } from "./example-for.ts";

const schema = {
  type: "object",
  properties: {
    date: { type: "string", format: "date" },
    order: { type: "string", minLength: 3 },
    amount: { type: "number", maximum: 500 },
    kind: { enum: ["refund", "credit"] },
    lines: {
      type: "array",
      items: {
        type: "object",
        properties: { sku: { type: "string" }, count: { type: "integer" } },
        required: ["sku", "count"],
      },
    },
    note: { type: "string" },
  },
  required: ["date", "order"],
  additionalProperties: false,
};

function exampleOfCall(args: unknown, options?: ExampleOptions): unknown {
  const result = validateNow(schema, args);
  return result.valid ? "valid" : exampleFor(schema, args, result.issues, options)?.value;
}

describe("the caller's own call, corrected", () => {
  test("has other values where the issues are, and its own where they are required", () => {
    expect(exampleOfCall({ date: "06/06/2026", order: "ord_77", note: "please" })).toEqual({
      date: "2026-06-06",
      order: "ord_77",
    });
  });

  test("has what was missing, and leaves out what does not exist", () => {
    expect(exampleOfCall({ date: "2027-01-02", ordre: "ord_77" })).toEqual({ date: "2027-01-02", order: "text" });
  });

  test("has the value that was plainly meant", () => {
    expect(exampleOfCall({ date: " 2027-01-02 ", order: 5_001, amount: "12.50", kind: "Credit" })).toEqual({
      date: "2027-01-02",
      order: "5001",
      amount: 12.5,
      kind: "credit",
    });
    expect(exampleOfCall({ date: "2027-01-02", order: "ord_77", lines: '[{"sku":"a","count":1}]' })).toEqual({
      date: "2027-01-02",
      order: "ord_77",
      lines: [{ sku: "a", count: 1 }],
    });
  });

  test("is corrected deep inside, around what was right", () => {
    const lines = [{ sku: "a", count: 1 }, { sku: "b", count: "two" }, { count: 3 }];
    expect(exampleOfCall({ date: "2027-01-02", order: "ord_77", lines })).toEqual({
      date: "2027-01-02",
      order: "ord_77",
      lines: [
        { sku: "a", count: 1 },
        { sku: "b", count: 1 },
        { sku: "text", count: 3 },
      ],
    });
  });

  test("never repeats a long value", () => {
    expect(exampleOfCall({ date: "x", order: "o".repeat(65) })).toEqual({ date: "2026-06-06", order: "text" });
    const lines = [{ sku: "s".repeat(65), count: "two" }];
    expect(exampleOfCall({ date: "2027-01-02", order: "ord_77", lines })).toEqual({
      date: "2027-01-02",
      order: "ord_77",
      lines: [],
    });
  });

  test("never repeats what must not be shown", () => {
    const mayEcho = (value: unknown): boolean => !JSON.stringify(value).includes("hunter2");
    expect(exampleOfCall({ date: "x", order: "hunter2" }, { mayEcho })).toEqual({ date: "2026-06-06", order: "text" });
    const lines = [{ sku: "hunter2", count: "two" }];
    expect(JSON.stringify(exampleOfCall({ date: "x", order: "ord_77", lines }, { mayEcho }))).not.toContain("hunter2");
  });

  test("is made from nothing where there were no arguments at all", () => {
    for (const args of [undefined, null, [], "text"])
      expect(exampleOfCall(args)).toEqual({ date: "2026-06-06", order: "text" });
  });

  test("is not given where the tool's own checks would refuse it", () => {
    const own = z.object({ date: z.iso.date().refine((date) => date > "2999", "in another millennium") });
    const validator = createValidator(own);
    const args = { date: "2020-01-01" };
    const result = validateNow(own, args);
    expect(
      result.valid ? [] : exampleFor(jsonSchemaOf(own, "input"), args, result.issues, { validator }),
    ).toBeUndefined();
  });

  test("is valid and short in its echoes, whatever was sent", () => {
    const value = fc.oneof(fc.jsonValue(), fc.string({ minLength: 60, maxLength: 80 }), fc.constant("2026-06-06"));
    const args = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(fc.constantFrom("date", "order", "amount", "kind", "lines", "note", "other", "__proto__"), value),
    );
    fc.assert(
      fc.property(args, (sent) => {
        const example = exampleOfCall(sent);
        if (example === "valid") return;
        expect(validateNow(schema, example).valid).toBe(true);
        expect(JSON.stringify(example)).not.toMatch(/"[^"\\]{65,}"/);
      }),
    );
  });
});
