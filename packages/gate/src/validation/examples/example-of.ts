import { createValidator } from "../create-validator.ts";
import { typesOf } from "../describe-schema.ts";
import { follow, isNode, nodesIn, ownMember, type SchemaNode } from "../json-schema-node.ts";
import { linearPattern } from "../json-schema/pattern.ts";
import { sampleNumber } from "./sample-number.ts";
import { sampleText } from "./sample-text.ts";

const MAX_DEPTH = 8;
/** Values of one example: a schema can ask for thousands. */
const MAX_VALUES = 64;

/** A value that cannot be made from the schema. */
const none = Symbol("none");

interface Making {
  root: unknown;
  /** Whether the author's `examples` and `default` are taken; they may be out of date. */
  trusting: boolean;
  values: number;
}

/**
 * A small value that is valid by a JSON Schema: the author's own example, default or constant first, else required
 * members alone. Undefined where none is plain to see.
 */
export function exampleOf(schema: unknown, root: unknown = schema): unknown {
  for (const trusting of [true, false]) {
    const made = make(schema, { root, trusting, values: 0 }, 0);
    if (made !== none && isValid(withRoot(schema, root), made)) return made;
  }
  return undefined;
}

/** Whether a JSON Schema takes a value; no where it cannot be used. */
export function isValid(schema: unknown, value: unknown): boolean {
  try {
    const result = createValidator(schema)?.validate(value);
    return result !== undefined && !(result instanceof Promise) && result.valid;
  } catch {
    return false;
  }
}

/** A part of a schema that can be used alone: what it refers to comes with it. */
export function withRoot(schema: unknown, root: unknown): unknown {
  if (schema === root || !isNode(schema) || !isNode(root)) return schema;
  const { $schema, $defs, definitions } = root;
  return {
    ...($schema !== undefined && { $schema }),
    ...($defs !== undefined && { $defs }),
    ...(definitions !== undefined && { definitions }),
    ...schema,
  };
}

function make(schema: unknown, making: Making, depth: number): unknown {
  if (schema === true || schema === undefined) return LETTERS;
  if (!isNode(schema) || depth > MAX_DEPTH || ++making.values > MAX_VALUES) return none;
  const node = merged(schema, making.root);
  if (making.trusting) {
    const { examples, example } = node;
    if (Array.isArray(examples) && examples.length > 0) return examples[0];
    if (example !== undefined) return example;
    if (node["default"] !== undefined) return node["default"];
  }
  if ("const" in node) return node["const"];
  if (Array.isArray(node["enum"])) return node["enum"][0] as unknown;
  const branches = nodesIn(node["anyOf"] ?? node["oneOf"]);
  if (branches.length > 0) {
    const { anyOf: _, oneOf: __, ...beside } = node;
    const made = branches.map((branch) => make({ ...beside, ...follow(branch, making.root) }, making, depth + 1));
    return made.find((one) => one !== none && one !== null) ?? none;
  }
  const [type] = typesOf(node).filter((name) => name !== "null");
  return makeOfType(type ?? (typesOf(node).includes("null") ? "null" : undefined), node, making, depth);
}

const LETTERS = "text";

/** The node with what its `$ref` and `allOf` say. */
function merged(schema: SchemaNode, root: unknown): SchemaNode {
  const node = follow(schema, root);
  const parts = nodesIn(node["allOf"]).map((part) => follow(part, root));
  if (parts.length === 0) return node;
  const { allOf: _, ...own } = node;
  const all = [own, ...parts];
  const required = all.flatMap((part) => (Array.isArray(part["required"]) ? (part["required"] as unknown[]) : []));
  const properties = Object.assign({}, ...all.map((part) => part["properties"]));
  return Object.assign(
    {},
    ...parts,
    own,
    required.length > 0 && { required },
    Object.keys(properties as object).length > 0 && { properties },
  ) as SchemaNode;
}

function makeOfType(type: string | undefined, node: SchemaNode, making: Making, depth: number): unknown {
  switch (type) {
    case undefined:
    case "string":
      return sampleText(node, matches) ?? none;
    case "number":
    case "integer":
      return sampleNumber(node, type === "integer");
    case "boolean":
      return true;
    case "null":
      return null;
    case "array":
      return makeArray(node, making, depth);
    case "object":
      return makeObject(node, making, depth);
    default:
      return none;
  }
}

/** A pattern that may take long is not tried. */
const matches = (pattern: string, text: string): boolean => linearPattern(pattern)?.test(text) ?? false;

function makeArray(node: SchemaNode, making: Making, depth: number): unknown {
  const { minItems, prefixItems, items, contains } = node;
  const listed = (Array.isArray(prefixItems) ? prefixItems : Array.isArray(items) ? items : []) as unknown[];
  const rest = Array.isArray(items) ? node["additionalItems"] : items;
  const count = Math.max(typeof minItems === "number" ? minItems : 0, contains === undefined ? 0 : 1);
  if (count > MAX_VALUES) return none;
  const made: unknown[] = [];
  for (let index = 0; index < count; index++) {
    const schema = listed[index] ?? (index === listed.length && contains !== undefined ? contains : rest);
    const item = make(schema, making, depth + 1);
    if (item === none) return none;
    made.push(node["uniqueItems"] === true ? distinct(item, index, schema) : item);
  }
  return made;
}

/** Another value of the same kind for each place. */
function distinct(item: unknown, index: number, schema: unknown): unknown {
  const members = ownMember(schema, "enum");
  if (Array.isArray(members)) return members[index] ?? item;
  const step = ownMember(schema, "multipleOf");
  if (typeof item === "number") return item + index * (typeof step === "number" ? step : 1);
  return typeof item === "string" && index > 0 ? `${item}${index + 1}` : item;
}

function makeObject(node: SchemaNode, making: Making, depth: number): unknown {
  const required = Array.isArray(node["required"]) ? (node["required"] as unknown[]) : [];
  const made: Record<string, unknown> = {};
  for (const name of new Set(required)) {
    if (typeof name !== "string") return none;
    const member = make(ownMember(node["properties"], name) ?? additional(node), making, depth + 1);
    if (member === none) return none;
    Object.defineProperty(made, name, { value: member, enumerable: true, configurable: true, writable: true });
  }
  return made;
}

const additional = (node: SchemaNode): unknown => {
  const rest = node["additionalProperties"];
  return isNode(rest) ? rest : true;
};
