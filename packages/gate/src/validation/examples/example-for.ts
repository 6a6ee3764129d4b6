import { isObject } from "../../is-object.ts";
import { follow, isNode, ownMember, schemaAt, type SchemaNode } from "../json-schema-node.ts";
import { pointerOf, segmentsOf } from "../pointer.ts";
import type { ArgumentIssue, Validator } from "../validator.ts";
import { exampleOf, isValid, withRoot } from "./example-of.ts";

export interface ExampleOptions {
  /** Whether a value of the caller's may be shown to it again; not where it may be a secret. @defaultValue always */
  mayEcho?: (value: unknown, path: string) => boolean;
  /** The tool's own validator, which may know more than its JSON Schema says. */
  validator?: Validator | undefined;
}

const MAX_ECHOED_TEXT = 64;
const MAX_ECHOED_JSON = 256;
const MAX_DEPTH = 8;

export interface Example {
  value: unknown;
  /** Whether it has values that are neither the caller's nor plainly meant by it: a call with them would act on what nobody named. */
  isMadeUp: boolean;
}

/**
 * The caller's own arguments, corrected: valid values where the issues are, the caller's where they are short, and of
 * parameters only those that failed or are required. Undefined where that cannot be made from the JSON Schema.
 */
export function exampleFor(
  schema: unknown,
  args: unknown,
  issues: readonly ArgumentIssue[],
  { mayEcho = () => true, validator }: ExampleOptions = {},
): Example | undefined {
  if (!isNode(schema)) return undefined;
  let isMadeUp = false;
  const madeUp = (node: SchemaNode): unknown => {
    isMadeUp = true;
    return exampleOf(node, schema);
  };
  const root = follow(schema, schema);
  const given = isObject(args) && !Array.isArray(args) ? args : {};
  const failed = new Map<string, string[][]>();
  for (const { path, code } of issues) {
    const [name, ...rest] = segmentsOf(path);
    // A parameter that does not exist is corrected by leaving it out.
    if (name === undefined || (code === "unrecognized_keys" && rest.length === 0)) continue;
    failed.set(name, [...(failed.get(name) ?? []), rest]);
  }
  const required = Array.isArray(root["required"]) ? root["required"].filter((name) => typeof name === "string") : [];
  const shown: Record<string, unknown> = {};
  for (const name of new Set([...required, ...failed.keys()])) {
    const node = schemaAt(schema, [name]);
    const value = ownMember(given, name);
    const wrong = failed.get(name);
    const corrected = wrong === undefined ? value : correct(value, wrong, node, { root: schema, madeUp });
    const mayBeShown = corrected !== undefined && isShort(corrected) && mayEcho(corrected, pointerOf([name]));
    const member = mayBeShown ? corrected : node === undefined ? undefined : madeUp(node);
    if (member !== undefined)
      Object.defineProperty(shown, name, { value: member, enumerable: true, configurable: true, writable: true });
  }
  const value = isValid(schema, shown) ? shown : madeUp(schema);
  return isTaken(value, validator) ? { value, isMadeUp } : undefined;
}

/** Where the tool's own checks wait for something, what the JSON Schema says has to do. */
function isTaken(example: unknown, validator: Validator | undefined): boolean {
  const result = validator?.validate(example);
  return result === undefined || result instanceof Promise || result.valid;
}

/** A value with other ones where it is wrong; undefined where none is plain to see. */
function correct(
  value: unknown,
  wrong: readonly (readonly string[])[],
  node: unknown,
  within: { root: SchemaNode; madeUp: (node: SchemaNode) => unknown },
  depth = 0,
): unknown {
  const { root, madeUp } = within;
  if (!isNode(node) || depth > MAX_DEPTH) return undefined;
  if (wrong.some((path) => path.length === 0) || !isObject(value)) return nearMiss(value, node, root) ?? madeUp(node);
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [...(value as unknown[])] : { ...value };
  for (const name of new Set(wrong.map(([first]) => first ?? ""))) {
    const below = wrong.filter(([first]) => first === name).map(([, ...rest]) => rest);
    const child = schemaAt(withRoot(node, root), [name]);
    const member = (copy as Record<string, unknown>)[name];
    const corrected = correct(member, below, child, within, depth + 1);
    if (Array.isArray(copy)) copy[Number(name)] = corrected;
    else if (corrected === undefined) delete copy[name];
    else Object.defineProperty(copy, name, { value: corrected, enumerable: true, configurable: true, writable: true });
  }
  return copy;
}

/** The value that was plainly meant: `5` for `"5"`, `"urgent"` for `"Urgent"`; undefined where nothing is plain. */
function nearMiss(value: unknown, node: SchemaNode, root: unknown): unknown {
  const meant: unknown[] = [];
  if (typeof value === "number" || typeof value === "boolean") meant.push(String(value));
  if (typeof value === "string" && value.length <= MAX_ECHOED_JSON) {
    const members = Array.isArray(node["enum"]) ? (node["enum"] as unknown[]) : [];
    meant.push(...members.filter((member) => String(member).toLowerCase() === value.trim().toLowerCase()));
    meant.push(value.trim(), parsed(value));
  }
  return meant.find((one) => one !== undefined && isValid(withRoot(node, root), one));
}

/** Models send numbers, lists and objects as texts. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** An own value that is shown again must not flood the answer. */
function isShort(value: unknown): boolean {
  try {
    let isLong = false;
    const json = JSON.stringify(value, (name, member: unknown) => {
      isLong ||= name.length > MAX_ECHOED_TEXT || (typeof member === "string" && member.length > MAX_ECHOED_TEXT);
      return isLong ? undefined : member;
    });
    return !isLong && json !== undefined && json.length <= MAX_ECHOED_JSON;
  } catch {
    return false;
  }
}
