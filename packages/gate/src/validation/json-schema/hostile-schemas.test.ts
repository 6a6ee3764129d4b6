import { describe, expect, test } from "vitest";
import { createValidator } from "../create-validator.ts";
import { codesOf, validateNow } from "../testing-validation.ts";

const almost = `${"a".repeat(5_000)}!`;
const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = { x: value };
  return value;
};

describe("a hostile pattern does not hang", () => {
  test.each(["^(a+)+$", "^(a|aa)+$", "^(a*)*$", "(a+)+b", "^(?:a|a)*$", "^([a-zA-Z]+)*$"])(
    "in linear time: %s",
    (pattern) => {
      expect(codesOf(validateNow({ properties: { a: { type: "string", pattern } } }, { a: almost }))).toEqual([
        "/a invalid_format",
      ]);
    },
  );

  const backtracking = ["^(a+)+(?=x)$", "^(?!b)(a+)+$", "^(a+)\\1+x$|^(a+)+$", "^(?<=^)(a|aa)+$"];
  test.each(backtracking)("that only a RegExp knows: %s", (pattern) => {
    const schema = { properties: { a: { type: "string", pattern } } };
    expect(codesOf(validateNow(schema, { a: almost }))).toEqual(["/a pattern_timeout"]);
    // The next value is none the worse for it.
    expect(codesOf(validateNow(schema, { a: 5 }))).toEqual(["/a invalid_type"]);
  });

  test("still finds what it describes", () => {
    const schema = { properties: { a: { pattern: "^(?!b)[a-z]+$" } } };
    expect(validateNow(schema, { a: "abc" }).valid).toBe(true);
    expect(codesOf(validateNow(schema, { a: "bc" }))).toEqual(["/a invalid_format"]);
  });

  test("in a thousand items", () => {
    const schema = { type: "array", items: { pattern: "^(?!b)(a+)+$" } };
    const items = Array.from({ length: 1_000 }, () => `${"a".repeat(40)}!`);
    expect(codesOf(validateNow(schema, items))[0]).toBe("/0 pattern_timeout");
  });

  test("is never taken for found: not in names, not where it is forbidden", () => {
    const pattern = "^(?!b)(a+)+$";
    const name = `${"a".repeat(50)}!`;
    const byName = { patternProperties: { [pattern]: { type: "number" } } };
    expect(validateNow(byName, { [name]: "x" }).valid).toBe(false);
    expect(validateNow({ properties: { a: { not: { pattern } } } }, { a: name }).valid).toBe(false);
  });
});

test("recursion that doubles with each level is stopped", () => {
  const branch = { type: "object", properties: { x: { $ref: "#/$defs/a" } }, required: ["x"] };
  const schema = { $ref: "#/$defs/a", $defs: { a: { anyOf: [branch, { ...branch, title: "again" }] } } };
  expect(codesOf(validateNow(schema, nested(60)))).toEqual([" pattern_timeout"]);
  expect(codesOf(validateNow(schema, { x: 1 }))).not.toEqual([]);
});

test("references that double with each definition are stopped", () => {
  const $defs = Object.fromEntries(
    Array.from({ length: 40 }, (_, level) => [
      `d${level}`,
      level === 39
        ? { type: "string" }
        : { anyOf: [{ $ref: `#/$defs/d${level + 1}` }, { $ref: `#/$defs/d${level + 1}` }] },
    ]),
  );
  expect(codesOf(validateNow({ $ref: "#/$defs/d0", $defs }, 5))).toEqual([" pattern_timeout"]);
});

test("a schema that is nothing but itself refuses", () => {
  expect(codesOf(validateNow({ $ref: "#" }, {}))).toEqual([" check_failed"]);
  expect(codesOf(validateNow({ anyOf: [{ $ref: "#" }, { $ref: "#" }] }, {}))).toEqual([" check_failed"]);
});

test("a schema that cannot be used is tried once, however often a server lists it anew: trying may take seconds", () => {
  const refusal = (): unknown => {
    try {
      return createValidator({ type: "strng" });
    } catch (error) {
      return error;
    }
  };
  const first = refusal();
  expect(first).toBeInstanceOf(TypeError);
  expect(refusal()).toBe(first);
});

describe("a schema of hostile size", () => {
  test("is refused where it is nested too deep", () => {
    let schema: object = {};
    for (let level = 0; level < 20_000; level++) schema = { not: schema };
    expect(() => createValidator(schema)).toThrow("nested more than 128 deep");
  });

  test("is refused where it is too long", () => {
    expect(() => createValidator({ enum: ["x".repeat(2_000_000)] })).toThrow("longer than 1048576 characters");
  });

  test("is refused where it refers to itself in memory", () => {
    const schema: Record<string, unknown> = {};
    schema["not"] = schema;
    expect(() => createValidator(schema)).toThrow(TypeError);
  });

  test("of a few hundred properties is used", () => {
    const properties = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [`p${index}`, { type: "string", pattern: `^${index}$` }]),
    );
    expect(validateNow({ properties }, { p7: "7" }).valid).toBe(true);
    expect(codesOf(validateNow({ properties }, { p7: "8" }))).toEqual(["/p7 invalid_format"]);
  });
});

test("no word of a schema becomes code", () => {
  const inject = `"];globalThis.injected=1;//\`\${globalThis.injected=1}\`\\`;
  const schema = {
    $id: inject,
    title: inject,
    properties: { [inject]: { const: inject, description: inject }, a: { enum: [inject], pattern: "^\\/\\*x" } },
    patternProperties: { "^'\"`": { default: inject } },
    required: [inject],
    dependentRequired: { [inject]: [inject] },
  };
  expect(validateNow(schema, { [inject]: inject }).valid).toBe(true);
  expect(validateNow(schema, {}).valid).toBe(false);
  expect(globalThis).not.toHaveProperty("injected");
});

test("schemas with the same id are strangers to each other", () => {
  const schema = (type: string): object => ({
    $id: "https://example.com/same",
    $defs: { a: { $id: "inner", type } },
    $ref: "inner",
  });
  expect(validateNow(schema("string"), "x").valid).toBe(true);
  expect(validateNow(schema("number"), "x").valid).toBe(false);
});
