import { createHash } from "node:crypto";
import { isObject } from "../is-object.ts";
import { BoundedCache } from "./bounded-cache.ts";
import { invalid } from "./issues-from-found.ts";
import { jsonSchemaCheck } from "./json-schema/json-schema-check.ts";
import { MAX_SCHEMA_LENGTH } from "./json-schema/prepare-schema.ts";
import { isLibrarySchema, jsonSchemaOf, type Direction } from "./json-schema-of.ts";
import { measureValue, type ValueLimits } from "./measure-value.ts";
import { renderValue } from "./render-value.ts";
import { standardCheck } from "./standard-check.ts";
import type { Check, Finding, FoundIssue, RenderValue, ValidationResult, Validator } from "./validator.ts";
import { isZod3, isZod4, zod3Check, zod4Check } from "./zod-check.ts";

export interface ValidatorOptions {
  /** Whether arguments or results are validated. @defaultValue "input" */
  direction?: Direction;
  /** The JSON Schema that `tools/list` shows, for a schema that cannot convert itself: its phrases are better. */
  jsonSchema?: unknown;
}

/** Arguments in characters: what both SDKs take over HTTP. A result has been made already, and is only kept from overflowing a stack. */
const LIMITS: Readonly<Record<Direction, ValueLimits>> = {
  input: { maxDepth: 64, maxSize: 4 * 1024 * 1024 },
  output: { maxDepth: 512, maxSize: Number.POSITIVE_INFINITY },
};
const MAX_CACHED = 512;
/** Longer schemas are known by their hash. */
const MAX_KEPT_LENGTH = 4_096;

const byObject = new WeakMap<object, Partial<Record<Direction, Validator>>>();
/** Stateless servers list the same schemas in new objects for every request; one that cannot be used takes seconds to say so. */
const byText = new BoundedCache<Compiled>(MAX_CACHED);
type Compiled = { check: Check } | { fault: unknown; until: number };
/** A machine that stood still may have made a good schema look slow. */
const FAULT_KEPT_MS = 60_000;

/**
 * A validator for whatever a server registers a tool with: a schema of zod 3, zod 4 or any library of Standard Schema,
 * or a JSON Schema (draft 2020-12, or as its `$schema` says). Made once for each schema, which must not change after.
 *
 * @returns undefined where there is no schema.
 * @throws {TypeError} that says which part of a JSON Schema cannot be used.
 */
export function createValidator(
  schema: unknown,
  { direction = "input", jsonSchema }: ValidatorOptions = {},
): Validator | undefined {
  if (schema === undefined || schema === null) return undefined;
  if (typeof schema !== "object" && typeof schema !== "function" && typeof schema !== "boolean")
    throw new TypeError(`the schema is a ${typeof schema}, no schema`);
  const known = typeof schema === "boolean" ? undefined : byObject.get(schema);
  const cached = known?.[direction];
  if (cached !== undefined) return cached;
  const check = isLibrarySchema(schema)
    ? libraryCheck(schema, () => jsonSchemaOf(schema, direction) ?? jsonSchema)
    : cachedJsonSchemaCheck(schema);
  const validator = validatorOf(check, direction);
  if (typeof schema !== "boolean") byObject.set(schema, { ...known, [direction]: validator });
  return validator;
}

function libraryCheck(schema: object, convert: () => unknown): Check {
  let converted: { jsonSchema: unknown } | undefined;
  const jsonSchema = (): unknown => (converted ??= { jsonSchema: convert() }).jsonSchema;
  if (isZod4(schema)) return zod4Check(schema, jsonSchema);
  if (isZod3(schema)) return zod3Check(schema, jsonSchema);
  // `fromJsonSchema` of SDK 2 says that something is wrong, and not where.
  if (vendorOf(schema) === "mcp" && jsonSchema() !== undefined) return cachedJsonSchemaCheck(jsonSchema());
  return standardCheck(schema, jsonSchema);
}

function vendorOf(schema: object): unknown {
  const standard = (schema as Record<string, unknown>)["~standard"];
  return isObject(standard) ? standard["vendor"] : undefined;
}

function cachedJsonSchemaCheck(schema: unknown): Check {
  if (isObject(schema) && Object.values(schema).some(isLibrarySchema))
    throw new TypeError("the schema is an object of schemas; write z.object({ … }) around it");
  const name = nameOf(schema);
  const known = name === undefined ? undefined : byText.get(name);
  const isKnown = known !== undefined && ("check" in known || performance.now() < known.until);
  const compiled = isKnown ? known : compiledOf(schema);
  if (!isKnown && name !== undefined) byText.set(name, compiled);
  if ("fault" in compiled) throw compiled.fault;
  return compiled.check;
}

function compiledOf(schema: unknown): Compiled {
  try {
    return { check: jsonSchemaCheck(schema) };
  } catch (fault) {
    return { fault, until: performance.now() + FAULT_KEPT_MS };
  }
}

/** Undefined for one that is too deep or too long to be used: its own refusal is quick, and clearer. */
function nameOf(schema: unknown): string | undefined {
  if (measureValue(schema, { maxDepth: LIMITS.output.maxDepth, maxSize: MAX_SCHEMA_LENGTH }).refusal !== undefined)
    return undefined;
  const text = JSON.stringify(schema);
  return text.length <= MAX_KEPT_LENGTH ? text : createHash("sha256").update(text).digest("base64");
}

function validatorOf(check: Check, direction: Direction): Validator {
  const limits = LIMITS[direction];
  const resultOf = (value: unknown, finding: Finding, render: RenderValue): ValidationResult => {
    if (!("found" in finding)) return { valid: true, value: finding.value };
    // What a tool has done is not undone because its result takes long to look at.
    if (direction === "output" && finding.found.every(({ code }) => code === "pattern_timeout"))
      return { valid: true, value };
    return invalid(value, finding.found, render);
  };
  return {
    validate: (value, render = renderValue) => {
      try {
        const measured = measureValue(value, limits);
        if (measured.refusal !== undefined) return invalid(value, [refusalOf(measured.refusal, limits)], render);
        const finding = check(value, measured.size);
        if (!(finding instanceof Promise)) return resultOf(value, finding, render);
        return finding.then(
          (settled) => resultOf(value, settled, render),
          () => checkFailed(value, render),
        );
      } catch {
        return checkFailed(value, render);
      }
    },
  };
}

const refusalOf = (code: "too_deep" | "too_large", { maxDepth, maxSize }: ValueLimits): FoundIssue => ({
  path: [],
  code,
  expected: code === "too_deep" ? `at most ${maxDepth} levels of nesting` : `at most ${maxSize} characters`,
});

/** A refinement threw, or the value cannot be read: nothing says that it is valid. */
const checkFailed = (value: unknown, render: RenderValue): ValidationResult =>
  invalid(
    value,
    [{ path: [], code: "check_failed", expected: "a value that the tool's own checks can look at" }],
    render,
  );
