import { isObject } from "../is-object.ts";
import {
  describeFormat,
  describeMembers,
  describePattern,
  describeSchema,
  describeUnknownKey,
} from "./describe-schema.ts";
import { ownMember, schemaAt } from "./json-schema-node.ts";
import { valueAt } from "./pointer.ts";
import { cutText, plainText } from "./plain-text.ts";
import type { FoundIssue } from "./validator.ts";

/** An issue as a schema library gives it, of which nothing is certain. */
export type LibraryIssue = Readonly<Record<string, unknown>>;

export interface IssueContext {
  /** The value that has the issues. */
  value: unknown;
  /** The schema's JSON Schema; undefined where there is none. */
  jsonSchema: unknown;
  /** Names that the value may have, where neither the JSON Schema nor the issue says. */
  knownKeys?: readonly string[];
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
const isIssue = (value: unknown): value is LibraryIssue => isObject(value);
const isKey = (value: unknown): value is PropertyKey => ["string", "number", "symbol"].includes(typeof value);

/** zod 3's names of what zod 4 calls otherwise. */
const codes: Readonly<Record<string, string>> = {
  invalid_string: "invalid_format",
  invalid_enum_value: "invalid_value",
  invalid_literal: "invalid_value",
  invalid_union_discriminator: "invalid_union",
  not_finite: "invalid_type",
};

/** What a library's issues tell somebody who does not know the schema. */
export function issuesOfLibrary(
  issues: unknown,
  context: IssueContext,
  base: readonly PropertyKey[] = [],
): FoundIssue[] {
  if (!Array.isArray(issues)) return [];
  return (issues as unknown[]).filter(isIssue).flatMap((issue) => foundOf(issue, context, base));
}

function foundOf(issue: LibraryIssue, context: IssueContext, base: readonly PropertyKey[]): FoundIssue[] {
  const path = [...base, ...pathOf(issue)];
  const code = codeOf(issue);
  if (code === "unrecognized_keys" && Array.isArray(issue["keys"])) {
    const expected = describeUnknownKey(knownKeys(issue, path, context));
    return (issue["keys"] as unknown[]).filter(isKey).map((key) => ({ path: [...path, key], code, expected }));
  }
  // Valibot names the key itself.
  if (code === "unrecognized_keys")
    return [{ path, code, expected: describeUnknownKey(knownKeys(issue, path.slice(0, -1), context)) }];
  if (code === "invalid_union") {
    const meant = meantBranch(issue, path, context);
    if (meant !== undefined) return meant;
  }
  const isMissing = path.length > 0 && isAbsent(context.value, path);
  const phrase = phraseOf(issue, path, context);
  if (isMissing && (code === "invalid_type" || code === "invalid_value" || code === "invalid_union")) {
    return [{ path, code: "required", expected: phrase === undefined ? "required" : `required: ${phrase}` }];
  }
  return [{ path, code, expected: phrase ?? "another value" }];
}

/** Standard Schema has keys and objects with a key. */
const pathOf = ({ path }: LibraryIssue): PropertyKey[] =>
  Array.isArray(path)
    ? (path as unknown[]).map((segment) => (isObject(segment) ? segment["key"] : segment)).filter(isKey)
    : [];

function isAbsent(value: unknown, path: readonly PropertyKey[]): boolean {
  const parent = valueAt(value, path.slice(0, -1));
  return isObject(parent) && valueAt(parent, path.slice(-1)) === undefined;
}

function codeOf({ code, kind, type, expected }: LibraryIssue): string {
  if (isText(code)) return Object.hasOwn(codes, code) ? (codes[code] as string) : code;
  // Valibot: a schema or a validation, and its name.
  if (type === "strict_object" && expected === "never") return "unrecognized_keys";
  if (kind === "schema") return "invalid_type";
  return isText(type) ? type : "custom";
}

/** What would be valid: by the JSON Schema where there is one, else by the issue, else in the author's words. */
function phraseOf(issue: LibraryIssue, path: readonly PropertyKey[], context: IssueContext): string | undefined {
  const own = messageOf(issue);
  if (issue["code"] === "custom") return own;
  const node = schemaAt(context.jsonSchema, path);
  const phrase = node && describeSchema(node, context.jsonSchema);
  if (phrase !== undefined && phrase !== "any value") return phrase;
  return phraseOfIssue(issue) ?? own;
}

/** The author's words, or the library's: what a library says that it received is shown in another place, if at all. */
function messageOf({ message }: LibraryIssue): string | undefined {
  if (!isText(message) || message === "Invalid" || message === "Invalid input") return undefined;
  return plainText(message.slice(0, 1_000).replace(/[\s,:;(]+(?:but )?(?:received|was|got)\b[\s\S]*$/i, ""), 200);
}

const units: Readonly<Record<string, string>> = {
  string: " characters",
  array: " items",
  set: " items",
  file: " bytes",
};

function phraseOfIssue(issue: LibraryIssue): string | undefined {
  const { code, expected, values, options, maximum, minimum, divisor, multipleOf, pattern } = issue;
  const members = [values, options].find(Array.isArray);
  const type = isText(issue["origin"]) ? issue["origin"] : isText(issue["type"]) ? issue["type"] : "number";
  const unit = units[type] ?? "";
  switch (code) {
    case "invalid_type":
      return isText(expected) ? expected : undefined;
    case "invalid_value":
    case "invalid_enum_value":
    case "invalid_union_discriminator":
      return members && describeMembers(members);
    case "invalid_literal":
      return describeMembers([expected]);
    case "invalid_format":
      return formatPhrase(issue["format"], pattern);
    case "invalid_string":
      return isText(issue["validation"]) ? formatPhrase(issue["validation"], undefined) : undefined;
    case "too_big":
      return `${type} ${issue["inclusive"] === false ? "<" : "<="} ${String(maximum)}${unit}`;
    case "too_small":
      return `${type} ${issue["inclusive"] === false ? ">" : ">="} ${String(minimum)}${unit}`;
    case "not_multiple_of":
      return `a multiple of ${String(divisor ?? multipleOf)}`;
    case undefined:
      // Valibot and arktype.
      return isText(expected) ? cutText(expected, 200) : undefined;
    default:
      return undefined;
  }
}

function formatPhrase(format: unknown, pattern: unknown): string | undefined {
  if (format === "regex" || format === undefined)
    return isText(pattern) ? describePattern(pattern.replace(/^\/([\s\S]*)\/[a-z]*$/, "$1")) : undefined;
  return isText(format) ? describeFormat(format === "datetime" ? "date-time" : format) : undefined;
}

function knownKeys(issue: LibraryIssue, path: readonly PropertyKey[], context: IssueContext): string[] {
  const listed = ownMember(schemaAt(context.jsonSchema, path), "properties");
  if (isObject(listed)) return Object.keys(listed);
  const definition =
    isObject(issue["inst"]) && isObject(issue["inst"]["_zod"]) ? issue["inst"]["_zod"]["def"] : undefined;
  const shape = isObject(definition) ? definition["shape"] : undefined;
  return isObject(shape) ? Object.keys(shape) : path.length === 0 ? [...(context.knownKeys ?? [])] : [];
}

/** The issues of the one branch of a union that the value is of the right kind for. */
function meantBranch(
  issue: LibraryIssue,
  path: readonly PropertyKey[],
  context: IssueContext,
): FoundIssue[] | undefined {
  const { errors, unionErrors } = issue;
  const isZod3 = Array.isArray(unionErrors);
  const branches: unknown[][] = isZod3
    ? (unionErrors as unknown[]).map((error) =>
        isObject(error) && Array.isArray(error["issues"]) ? error["issues"] : [],
      )
    : Array.isArray(errors)
      ? (errors as unknown[]).filter(Array.isArray)
      : [];
  const depth = isZod3 ? path.length : 0;
  const fitting = branches.filter(
    (branch) => branch.length > 0 && !branch.some((inner) => isIssue(inner) && rulesOut(inner, depth)),
  );
  // zod 3 gives the whole path within a branch, zod 4 the path from the union on.
  return fitting.length === 1 ? issuesOfLibrary(fitting[0], context, isZod3 ? [] : path) : undefined;
}

/** It is another type of value, or it says itself that it is another kind of object. */
function rulesOut(issue: LibraryIssue, depth: number): boolean {
  const below = pathOf(issue).length - depth;
  const { code, values } = issue;
  if (below <= 0)
    return (
      code === "invalid_type" || code === "invalid_value" || code === "invalid_literal" || code === "invalid_enum_value"
    );
  return (
    below === 1 &&
    (code === "invalid_literal" || (code === "invalid_value" && Array.isArray(values) && values.length === 1))
  );
}
