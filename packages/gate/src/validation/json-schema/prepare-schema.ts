import { isNode, type SchemaNode } from "../json-schema-node.ts";
import { measureValue } from "../measure-value.ts";
import { pointerOf, segmentsOf, valueAt } from "../pointer.ts";

export type Dialect = "2020-12" | "2019-09" | "draft-07";

export interface PreparedSchema {
  schema: SchemaNode | boolean;
  dialect: Dialect;
  /** Parts to look at when every `$ref` is followed, up to `MAX_COUNTED`: more with recursion. */
  parts: number;
  patterns: number;
}

/** Schemas of real tools have a few hundred parts. */
export const MAX_COUNTED = 2_000;
/** Longer schemas are refused. */
export const MAX_SCHEMA_LENGTH = 1_048_576;
const MAX_SCHEMA_DEPTH = 128;

type Kind = "number" | "string" | "boolean" | "list" | "names" | "node" | "nodes" | "map" | "itemNodes" | "any";
const kinds = new Map<string, Kind>([
  ["maximum", "number"],
  ["exclusiveMaximum", "number"],
  ["minimum", "number"],
  ["exclusiveMinimum", "number"],
  ["multipleOf", "number"],
  ["maxLength", "number"],
  ["minLength", "number"],
  ["maxItems", "number"],
  ["minItems", "number"],
  ["maxProperties", "number"],
  ["minProperties", "number"],
  ["maxContains", "number"],
  ["minContains", "number"],
  ["pattern", "string"],
  ["format", "string"],
  ["$ref", "string"],
  ["$dynamicRef", "string"],
  ["$id", "string"],
  ["$anchor", "string"],
  ["$dynamicAnchor", "string"],
  ["uniqueItems", "boolean"],
  ["nullable", "boolean"],
  ["enum", "list"],
  ["required", "names"],
  ["not", "node"],
  ["if", "node"],
  ["then", "node"],
  ["else", "node"],
  ["contains", "node"],
  ["propertyNames", "node"],
  ["additionalProperties", "node"],
  ["additionalItems", "node"],
  ["unevaluatedProperties", "node"],
  ["unevaluatedItems", "node"],
  ["items", "itemNodes"],
  ["allOf", "nodes"],
  ["anyOf", "nodes"],
  ["oneOf", "nodes"],
  ["prefixItems", "nodes"],
  ["properties", "map"],
  ["patternProperties", "map"],
  ["$defs", "map"],
  ["definitions", "map"],
  ["dependentSchemas", "map"],
]);
const types = new Set(["string", "number", "integer", "boolean", "array", "object", "null"]);

/**
 * A schema as it can be compiled: a copy, without what serializers and older drafts leave in schemas that tools list
 * (null for "absent", `exclusiveMinimum: true`, `required: true`, `id`, `type: "any"`).
 *
 * @throws {TypeError} that names the part which is no JSON Schema.
 */
export function prepareSchema(schema: unknown): PreparedSchema {
  const plain = plainCopy(schema);
  const refs = refsIn(plain);
  let hasTuples = false;
  let patterns = 0;

  const visit = (given: unknown, path: readonly string[]): SchemaNode | boolean => {
    if (given === null) return true;
    if (typeof given === "boolean") return given;
    if (!isNode(given)) throw wrong(path, "is no schema");
    const node: Record<string, unknown> = {};
    for (const [keyword, value] of Object.entries(given)) {
      if (value === null && keyword !== "const" && keyword !== "default") continue;
      // An id that nothing refers to need not be one that can be resolved.
      if (keyword === "$id" && (refs === "none" || (refs === "local" && path.length === 0))) continue;
      const at = [...path, keyword];
      const kept = keep(keyword, value, at);
      if (kept !== undefined) define(node, keyword, kept);
    }
    return settled(node);
  };

  const keep = (keyword: string, value: unknown, path: readonly string[]): unknown => {
    switch (kinds.get(keyword)) {
      case "number":
        // Draft 4: settled with its limit.
        if (typeof value === "boolean" && keyword.startsWith("exclusive")) return value;
        if (typeof value !== "number" || !Number.isFinite(value)) throw wrong(path, "must be a number");
        return value;
      case "string":
        if (typeof value !== "string") throw wrong(path, "must be a text");
        if (keyword === "pattern") patterns++;
        return value;
      case "boolean":
        if (typeof value !== "boolean") throw wrong(path, "must be true or false");
        return value;
      case "list":
        if (!Array.isArray(value) || value.length === 0) throw wrong(path, "must be a list that is not empty");
        return value;
      case "names":
        // Draft 3.
        if (typeof value === "boolean") return undefined;
        if (!Array.isArray(value) || !value.every((name) => typeof name === "string"))
          throw wrong(path, "must be a list of names");
        return [...new Set(value)];
      case "node":
        return visit(value, path);
      case "nodes":
        return visitList(value, path);
      case "itemNodes":
        if (!Array.isArray(value)) return visit(value, path);
        hasTuples = true;
        return visitList(value, path);
      case "map":
        if (!isNode(value)) throw wrong(path, "must be an object of schemas");
        if (keyword === "patternProperties") patterns += Object.keys(value).length;
        return mapOf(value, (part, name) => visit(part, [...path, name]));
      default:
        return keepOther(keyword, value, path);
    }
  };

  const keepOther = (keyword: string, value: unknown, path: readonly string[]): unknown => {
    switch (keyword) {
      case "type": {
        const named = Array.isArray(value) ? value : [value];
        if (named.includes("any")) return undefined;
        const odd = named.find((name) => !types.has(name as string));
        if (odd !== undefined) throw wrong(path, `has no type ${JSON.stringify(odd)}`);
        return Array.isArray(value) ? [...new Set(value)] : value;
      }
      case "dependencies":
        if (!isNode(value)) throw wrong(path, "must be an object");
        return mapOf(value, (part, name) => (Array.isArray(part) ? part : visit(part, [...path, name])));
      case "id":
      case "$schema":
      case "$async":
      case "$vocabulary":
        return undefined;
      default:
        return value;
    }
  };

  const visitList = (value: unknown, path: readonly string[]): unknown[] => {
    if (!Array.isArray(value) || value.length === 0) throw wrong(path, "must be a list of schemas that is not empty");
    return value.map((part, index) => visit(part, [...path, String(index)]));
  };

  const prepared = visit(plain, []);
  return { schema: prepared, dialect: dialectOf(plain, hasTuples), parts: countParts(prepared), patterns };
}

function plainCopy(schema: unknown): unknown {
  if (measureValue(schema, { maxDepth: MAX_SCHEMA_DEPTH, maxSize: MAX_SCHEMA_LENGTH }).refusal !== undefined) {
    throw new TypeError(
      `the schema is nested more than ${MAX_SCHEMA_DEPTH} deep or longer than ${MAX_SCHEMA_LENGTH} characters`,
    );
  }
  const text = JSON.stringify(schema);
  if (text === undefined) throw wrong([], "is no schema");
  return JSON.parse(text);
}

const wrong = (path: readonly string[], what: string): TypeError =>
  new TypeError(`${path.length === 0 ? "the schema" : `the schema's ${pointerOf(path)}`} ${what}`);

/** A name such as `__proto__` is a property like any other. */
const define = (target: object, name: string, value: unknown): void => {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
};

function mapOf(map: SchemaNode, change: (part: unknown, name: string) => unknown): SchemaNode {
  const changed = {};
  for (const [name, part] of Object.entries(map)) define(changed, name, change(part, name));
  return changed;
}

function settled(node: Record<string, unknown>): SchemaNode {
  for (const [exclusive, inclusive] of [
    ["exclusiveMinimum", "minimum"],
    ["exclusiveMaximum", "maximum"],
  ] as const) {
    if (typeof node[exclusive] !== "boolean") continue;
    if (node[exclusive] && node[inclusive] !== undefined) {
      node[exclusive] = node[inclusive];
      delete node[inclusive];
    } else delete node[exclusive];
  }
  if (node["type"] === undefined) delete node["nullable"];
  return node;
}

/** Whether a schema refers to parts of itself by pointer alone, or by the ids of schemas too. */
function refsIn(plain: unknown): "none" | "local" | "by_id" {
  if (typeof plain !== "object" || plain === null) return "none";
  const inside = Object.entries(plain).map(([keyword, value]) => {
    if ((keyword === "$ref" || keyword === "$dynamicRef") && typeof value === "string")
      return value.startsWith("#") ? "local" : "by_id";
    return refsIn(value);
  });
  return inside.includes("by_id") ? "by_id" : inside.includes("local") ? "local" : "none";
}

function dialectOf(schema: unknown, hasTuples: boolean): Dialect {
  const declared = isNode(schema) ? schema["$schema"] : undefined;
  if (typeof declared === "string") {
    if (/draft-0[3-7]/.test(declared)) return "draft-07";
    if (declared.includes("2019-09")) return "2019-09";
    if (declared.includes("2020-12")) return "2020-12";
  }
  // Lists of schemas in `items` are of the older drafts; many tools do not say which one they use.
  return hasTuples ? "draft-07" : "2020-12";
}

function countParts(root: SchemaNode | boolean): number {
  let parts = 0;
  const visit = (value: unknown): void => {
    if (parts >= MAX_COUNTED || typeof value !== "object" || value === null) return;
    parts++;
    if (Array.isArray(value)) {
      for (const item of value) visit(item);
      return;
    }
    for (const [keyword, part] of Object.entries(value)) {
      if (keyword === "$defs" || keyword === "definitions" || keyword === "enum" || keyword === "examples") continue;
      if (keyword === "$ref" && typeof part === "string") visit(refTarget(part, root));
      else if (keyword === "$dynamicRef" || keyword === "$recursiveRef") parts = MAX_COUNTED;
      else visit(part);
    }
  };
  visit(root);
  return parts;
}

/** What cannot be followed here may lead anywhere. */
function refTarget(ref: string, root: SchemaNode | boolean): unknown {
  if (ref === "#") return root;
  if (!ref.startsWith("#/") || !isNode(root)) return { $dynamicRef: ref };
  const target = valueAt(root, segmentsOf(ref.slice(1)));
  return target ?? { $dynamicRef: ref };
}
