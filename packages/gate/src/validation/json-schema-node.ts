import { segmentsOf } from "./pointer.ts";

/** A JSON Schema, or a part of one, of which nothing is certain. */
export type SchemaNode = Readonly<Record<string, unknown>>;

export const isNode = (value: unknown): value is SchemaNode =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A member of a node's own: names such as `constructor` are the author's to use. */
export const ownMember = (node: unknown, name: string): unknown =>
  isNode(node) && Object.hasOwn(node, name) ? node[name] : undefined;

export const nodesIn = (value: unknown): SchemaNode[] => (Array.isArray(value) ? value.filter(isNode) : []);

const MAX_REFS = 8;

/** The node that `$ref`s within the schema lead to; itself where there are none, or where they lead nowhere. */
export function follow(node: SchemaNode, root: unknown): SchemaNode {
  let current = node;
  for (let hop = 0; hop < MAX_REFS; hop++) {
    const ref = current["$ref"];
    if (typeof ref !== "string" || !ref.startsWith("#")) return current;
    const target = nodeAt(root, ref.slice(1));
    if (target === undefined) return current;
    const { $ref: _, ...beside } = current;
    current = { ...target, ...beside };
  }
  return current;
}

function nodeAt(root: unknown, fragment: string): SchemaNode | undefined {
  let current: unknown = root;
  for (const segment of segmentsOf(decode(fragment))) {
    current = Array.isArray(current) ? (current as unknown[])[Number(segment)] : ownMember(current, segment);
  }
  return (fragment === "" || fragment.startsWith("/")) && isNode(current) ? current : undefined;
}

function decode(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}

/** The part of a schema that says what is valid at a path; undefined where it does not say. */
export function schemaAt(root: unknown, path: readonly PropertyKey[]): SchemaNode | undefined {
  let current = isNode(root) ? follow(root, root) : undefined;
  for (const segment of path) {
    current = current && childOf(current, String(segment), root, 0);
    if (current === undefined) return undefined;
  }
  return current;
}

/** Combinators within combinators that are looked into. */
const MAX_NESTED = 4;

function childOf(node: SchemaNode, segment: string, root: unknown, nesting: number): SchemaNode | undefined {
  const property = ownMember(node["properties"], segment);
  if (isNode(property)) return follow(property, root);
  if (/^\d+$/.test(segment)) {
    const { prefixItems, items } = node;
    const listed = (Array.isArray(prefixItems) ? prefixItems : Array.isArray(items) ? items : []) as unknown[];
    const item = listed[Number(segment)] ?? (Array.isArray(items) ? node["additionalItems"] : items);
    if (isNode(item)) return follow(item, root);
  }
  if (nesting < MAX_NESTED) {
    for (const branch of ["allOf", "anyOf", "oneOf"].flatMap((keyword) => nodesIn(node[keyword]))) {
      const child = childOf(follow(branch, root), segment, root, nesting + 1);
      if (child !== undefined) return child;
    }
  }
  const rest = node["additionalProperties"];
  return isNode(rest) ? follow(rest, root) : undefined;
}
