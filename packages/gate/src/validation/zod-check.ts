import { isObject } from "../is-object.ts";
import { issuesOfLibrary, type IssueContext, type LibraryIssue } from "./library-issues.ts";
import type { Check, Finding } from "./validator.ts";

interface Payload {
  value: unknown;
  issues: LibraryIssue[];
}

/** What every schema of zod 4 has, mini and core too. */
export interface Zod4Schema {
  _zod: { run(payload: Payload, context: { async: boolean }): Payload | Promise<Payload> };
}

export const isZod4 = (schema: unknown): schema is Zod4Schema =>
  isObject(schema) && isObject(schema["_zod"]) && typeof schema["_zod"]["run"] === "function";

/**
 * Runs a zod 4 schema as its own `safeParseAsync` does, but in step where nothing in it waits. `safeParse` and Standard
 * Schema's `validate` would try in step first and leave the promise of a refinement behind, whose rejection ends the
 * process.
 */
export function zod4Check(schema: Zod4Schema, jsonSchema: () => unknown): Check {
  const finding = (original: unknown, { value, issues }: Payload): Finding => {
    if (issues.length === 0) return { value };
    const named = issues.map((issue) => ({ ...issue, message: messageOf(issue) }));
    return { found: issuesOfLibrary(named, { value: original, jsonSchema: jsonSchema() }) };
  };
  return (value) => {
    const ran = schema._zod.run({ value, issues: [] }, { async: true });
    return ran instanceof Promise ? ran.then((payload) => finding(value, payload)) : finding(value, ran);
  };
}

/** The author's own message; zod's own words are not needed. */
function messageOf({ message, inst, ...issue }: LibraryIssue): unknown {
  if (typeof message === "string") return message;
  const definition = isObject(inst) && isObject(inst["_zod"]) ? inst["_zod"]["def"] : undefined;
  const error = isObject(definition) ? definition["error"] : undefined;
  const told: unknown = typeof error === "function" ? error({ ...issue, inst }) : undefined;
  return isObject(told) ? told["message"] : told;
}

/** What every schema of zod 3 has. */
export interface Zod3Schema {
  _def: object;
  safeParse(value: unknown): Zod3Result;
  safeParseAsync(value: unknown): Promise<Zod3Result>;
}

interface Zod3Result {
  success: boolean;
  data?: unknown;
  error?: { issues: unknown };
}

export const isZod3 = (schema: unknown): schema is Zod3Schema =>
  isObject(schema) &&
  isObject(schema["_def"]) &&
  typeof schema["safeParse"] === "function" &&
  typeof schema["safeParseAsync"] === "function";

/** In step where no code of the author's can give a promise: `safeParse` would leave it behind. */
export function zod3Check(schema: Zod3Schema, jsonSchema: () => unknown): Check {
  const isSync = !mayWait(schema, new Set());
  const finding = (value: unknown, { success, data, error }: Zod3Result): Finding => {
    if (success) return { value: data };
    const context: IssueContext = { value, jsonSchema: jsonSchema(), knownKeys: keysOf(schema) };
    return { found: issuesOfLibrary(error?.issues, context) };
  };
  return (value) =>
    isSync
      ? finding(value, schema.safeParse(value))
      : schema.safeParseAsync(value).then((result) => finding(value, result));
}

/** The names of an object, under its refinements. */
function keysOf(schema: unknown): string[] {
  let current = schema;
  while (isObject(current) && isObject(current["_def"]) && isObject(current["_def"]["schema"]))
    current = current["_def"]["schema"];
  const shape = isObject(current) ? current["shape"] : undefined;
  return isObject(shape) ? Object.keys(shape) : [];
}

/** Refinements, transforms and promises are what may; a getter of a lazy schema is asked for what it gives. */
function mayWait(value: unknown, seen: Set<unknown>): boolean {
  if (!isObject(value) || seen.has(value)) return false;
  seen.add(value);
  if (Array.isArray(value)) return value.some((item) => mayWait(item, seen));
  if (value instanceof Map) return [...value.values()].some((item) => mayWait(item, seen));
  const definition = value["_def"];
  if (!isObject(definition))
    return (
      Object.getPrototypeOf(value) === Object.prototype && Object.values(value).some((item) => mayWait(item, seen))
    );
  const { typeName, getter, shape } = definition;
  if (typeName === "ZodEffects" || typeName === "ZodPromise" || typeName === "ZodFunction" || typeName === "ZodCatch")
    return true;
  const lazy = [getter, shape].flatMap((give) => (typeof give === "function" ? [give() as unknown] : []));
  return [...lazy, ...Object.values(definition)].some((part) => mayWait(part, seen));
}
