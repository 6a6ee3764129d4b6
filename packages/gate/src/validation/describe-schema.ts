import { follow, isNode, nodesIn, ownMember, type SchemaNode } from "./json-schema-node.ts";
import { cutText } from "./plain-text.ts";

const MAX_NAMES = 8;
const MAX_MEMBERS = 12;
const MAX_MEMBER_LENGTH = 48;
const MAX_PATTERN_LENGTH = 160;
const MAX_BRANCHES = 4;
/** Items of items, branches of branches. */
const MAX_NESTED = 3;

const formats: Readonly<Record<string, string>> = {
  date: "YYYY-MM-DD",
  "date-time": "date and time as YYYY-MM-DDThh:mm:ssZ",
  time: "time as hh:mm:ssZ",
  duration: "ISO 8601 duration such as P1D",
  email: "email address",
  "idn-email": "email address",
  hostname: "host name",
  ipv4: "IPv4 address",
  ipv6: "IPv6 address",
  uri: "URI such as https://example.com/",
  url: "URL such as https://example.com/",
  uuid: "UUID",
  guid: "UUID",
  regex: "regular expression",
  byte: "base64 text",
  base64: "base64 text",
  "json-pointer": "JSON pointer",
};

/** What a format of a text is called in a phrase. */
export const describeFormat = (format: string): string =>
  Object.hasOwn(formats, format) ? (formats[format] as string) : `string of format ${cutText(format, 32)}`;

/** `one of "a", "b"`, or the only one. */
export function describeMembers(members: readonly unknown[]): string {
  const shown = members.slice(0, MAX_MEMBERS).map(describeMember).join(", ");
  if (members.length === 1) return shown;
  return `one of ${shown}${members.length > MAX_MEMBERS ? `, … (${members.length} in all)` : ""}`;
}

function describeMember(member: unknown): string {
  // A value in memory may be none of JSON's.
  const text = typeof member === "bigint" || typeof member === "symbol" ? String(member) : JSON.stringify(member);
  return cutText(text ?? "nothing", MAX_MEMBER_LENGTH);
}

/** Names in the author's order, the first few of them. */
export const describeNames = (names: readonly string[]): string =>
  names
    .slice(0, MAX_NAMES)
    .map((name) => cutText(name, MAX_MEMBER_LENGTH))
    .join(", ") + (names.length > MAX_NAMES ? `, … (${names.length} in all)` : "");

export const describePattern = (pattern: string): string => `string matching ${cutText(pattern, MAX_PATTERN_LENGTH)}`;

export const describeUnknownKey = (known: readonly string[]): string =>
  known.length === 0 ? "no such parameter; none are known" : `no such parameter; known are ${describeNames(known)}`;

/** What is valid by a JSON Schema, as a phrase that a model can act on: `number <= 500`, `one of "a", "b"`. */
export function describeSchema(schema: unknown, root: unknown = schema, nesting = 0): string {
  if (schema === false) return "nothing";
  if (!isNode(schema)) return "any value";
  const node = follow(schema, root);
  if ("const" in node) return describeMember(node["const"]);
  if (Array.isArray(node["enum"])) return describeMembers(node["enum"]);
  const types = typesOf(node);
  if (types.length > 0) return types.map((type) => describeType(type, node, root, nesting)).join(" or ");
  const branches = nodesIn(node["anyOf"] ?? node["oneOf"]);
  if (branches.length > 0 && nesting < MAX_NESTED) {
    const phrases = [...new Set(branches.map((branch) => describeSchema(branch, root, nesting + 1)))];
    const rest = phrases.length - MAX_BRANCHES;
    return phrases.slice(0, MAX_BRANCHES).join(" or ") + (rest > 0 ? ` or ${rest} more` : "");
  }
  const parts = nodesIn(node["allOf"]);
  if (parts.length > 0 && nesting < MAX_NESTED)
    return describeSchema(Object.assign({}, ...parts.map((part) => follow(part, root))), root, nesting + 1);
  return "any value";
}

const typeByKeyword: readonly [keyword: string, type: string][] = [
  ["properties", "object"],
  ["required", "object"],
  ["items", "array"],
  ["pattern", "string"],
  ["format", "string"],
  ["minLength", "string"],
  ["maxLength", "string"],
  ["minimum", "number"],
  ["maximum", "number"],
];

/** The types that a schema names; where it names none, the one that its keywords speak of. */
export function typesOf(node: SchemaNode): string[] {
  const { type } = node;
  if (typeof type === "string") return node["nullable"] === true ? [type, "null"] : [type];
  if (Array.isArray(type)) return type.filter((name) => typeof name === "string");
  return typeByKeyword
    .filter(([keyword]) => Object.hasOwn(node, keyword))
    .map(([, implied]) => implied)
    .slice(0, 1);
}

function describeType(type: string, node: SchemaNode, root: unknown, nesting: number): string {
  switch (type) {
    case "string":
      return describeText(node);
    case "number":
    case "integer":
      return describeNumber(type, node);
    case "boolean":
      return "true or false";
    case "array":
      return describeArray(node, root, nesting);
    case "object":
      return describeObject(node);
    default:
      return type;
  }
}

function describeText(node: SchemaNode): string {
  const { format, pattern } = node;
  const length = rangeOf(node["minLength"], node["maxLength"], "character");
  const of = length === "" ? "" : ` of ${length}`;
  if (typeof format === "string" && format !== "binary" && format !== "password") return describeFormat(format) + of;
  if (typeof pattern === "string") return describePattern(pattern) + of;
  return node["minLength"] === 1 && node["maxLength"] === undefined ? "string that is not empty" : `string${of}`;
}

/** `2 to 5 items`, `at most 5 items`; empty without bounds. */
function rangeOf(min: unknown, max: unknown, unit: string): string {
  const units = (count: unknown): string => `${String(count)} ${unit}${count === 1 ? "" : "s"}`;
  const least = typeof min === "number" && min > 0 ? min : undefined;
  if (typeof max !== "number") return least === undefined ? "" : `at least ${units(least)}`;
  if (least === undefined) return `at most ${units(max)}`;
  return least === max ? units(max) : `${least} to ${units(max)}`;
}

const safeBounds = new Set([Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]);

function describeNumber(type: string, node: SchemaNode): string {
  const bounds = [
    ["minimum", ">="],
    ["exclusiveMinimum", ">"],
    ["maximum", "<="],
    ["exclusiveMaximum", "<"],
  ].flatMap(([keyword = "", sign]) => {
    const bound = node[keyword];
    return typeof bound === "number" && !safeBounds.has(bound) ? [`${sign} ${bound}`] : [];
  });
  const step = node["multipleOf"];
  const multiple = typeof step === "number" ? `, a multiple of ${step}` : "";
  return `${[type, bounds.join(" and ")].filter(Boolean).join(" ")}${multiple}`;
}

function describeArray(node: SchemaNode, root: unknown, nesting: number): string {
  const { items } = node;
  const count = rangeOf(node["minItems"], node["maxItems"], "item");
  const of = isNode(items) && nesting < MAX_NESTED ? ` of ${describeSchema(items, root, nesting + 1)}` : "";
  const unique = node["uniqueItems"] === true ? "no two the same" : "";
  const more = [count, unique].filter(Boolean).join(", ");
  return `array${of === " of any value" ? "" : of}${more === "" ? "" : ` (${more})`}`;
}

function describeObject(node: SchemaNode): string {
  const required = Array.isArray(node["required"]) ? node["required"].filter((name) => typeof name === "string") : [];
  return required.length === 0 ? "object" : `object with ${describeNames(required)}`;
}

/** What is valid for a missing parameter. */
export const describeRequired = (parent: unknown, name: string, root: unknown): string => {
  const phrase = describeSchema(ownMember(ownMember(parent, "properties"), name), root);
  return phrase === "any value" ? "required" : `required: ${phrase}`;
};
