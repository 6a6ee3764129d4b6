import type { ErrorObject } from "ajv";
import { describeRequired, describeSchema, describeUnknownKey } from "../describe-schema.ts";
import { isNode, ownMember } from "../json-schema-node.ts";
import { segmentsOf } from "../pointer.ts";
import type { FoundIssue } from "../validator.ts";
import { withoutBranches } from "./union-errors.ts";

const codes: Readonly<Record<string, string>> = {
  type: "invalid_type",
  nullable: "invalid_type",
  enum: "invalid_value",
  const: "invalid_value",
  not: "invalid_value",
  "false schema": "invalid_value",
  format: "invalid_format",
  pattern: "invalid_format",
  minimum: "too_small",
  exclusiveMinimum: "too_small",
  minLength: "too_small",
  minItems: "too_small",
  minProperties: "too_small",
  contains: "too_small",
  maximum: "too_big",
  exclusiveMaximum: "too_big",
  maxLength: "too_big",
  maxItems: "too_big",
  maxProperties: "too_big",
  items: "too_big",
  additionalItems: "too_big",
  unevaluatedItems: "too_big",
  multipleOf: "not_multiple_of",
  uniqueItems: "duplicate_items",
  anyOf: "invalid_union",
  oneOf: "invalid_union",
  propertyNames: "invalid_key",
};
/** They only say that a part of them failed, which says it better itself. */
const wrappers = new Set(["if", "allOf", "dependentSchemas"]);

/** What a validator's errors tell somebody who does not know the schema. Errors are of a run with `verbose`. */
export function issuesOf(errors: readonly ErrorObject[], root: unknown, timedOut: ReadonlySet<string>): FoundIssue[] {
  const told = withoutBranches(errors).filter(
    // The name that was refused is told once, by the object that has it.
    (error) => error.propertyName === undefined || error.keyword === "propertyNames",
  );
  const real = told.filter(({ keyword }) => !wrappers.has(keyword));
  return (real.length > 0 ? real : told).map((error) => issueOf(error, root, timedOut));
}

function issueOf(error: ErrorObject, root: unknown, timedOut: ReadonlySet<string>): FoundIssue {
  const { keyword, instancePath, params, parentSchema } = error;
  const path = segmentsOf(instancePath);
  const named = (name: string): string | undefined => {
    const value = (params as Record<string, unknown>)[name];
    return typeof value === "string" ? value : undefined;
  };
  const missing = named("missingProperty");
  if (missing !== undefined)
    return { path: [...path, missing], code: "required", expected: describeRequired(parentSchema, missing, root) };
  const unknown = named("additionalProperty") ?? named("unevaluatedProperty");
  if (unknown !== undefined) {
    const known = ownMember(parentSchema, "properties");
    const expected = describeUnknownKey(isNode(known) ? Object.keys(known) : []);
    return { path: [...path, unknown], code: "unrecognized_keys", expected };
  }
  const name = named("propertyName");
  if (keyword === "propertyNames" && name !== undefined)
    return { path: [...path, name], code: "invalid_key", expected: `name: ${describeSchema(error.schema, root)}` };
  const code = Object.hasOwn(codes, keyword) ? (codes[keyword] as string) : "custom";
  const isSlow = keyword === "pattern" && typeof error.schema === "string" && timedOut.has(error.schema);
  return { path, code: isSlow ? "pattern_timeout" : code, expected: expectedOf(error, root) };
}

function expectedOf({ keyword, schema, parentSchema, params }: ErrorObject, root: unknown): string {
  switch (keyword) {
    case "not":
      return `not ${describeSchema(schema, root)}`;
    case "false schema":
      return "no such parameter";
    case "contains":
      return `array with ${describeSchema(schema, root)}`;
    case "items":
    case "additionalItems":
    case "unevaluatedItems":
      return `at most ${String((params as { limit?: unknown }).limit ?? (params as { len?: unknown }).len)} items`;
    case "minProperties":
      return `object with at least ${String(schema)} members`;
    case "maxProperties":
      return `object with at most ${String(schema)} members`;
    case "oneOf": {
      const both = Array.isArray((params as { passingSchemas?: unknown }).passingSchemas);
      return both ? "only one of the forms that it fits" : describeSchema(parentSchema, root);
    }
    default:
      return describeSchema(parentSchema, root);
  }
}
