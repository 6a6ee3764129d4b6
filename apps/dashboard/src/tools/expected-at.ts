import { cutText } from "../inert/inert-segments.ts";
import { isSchema, schemaAt, type Schema } from "./schema-at.ts";

/** Characters of a pattern that are shown. */
export const MAX_PATTERN = 60;
const MAX_LISTED = 8;

const numbered = (bound: string, unit: string) => (value: number) => `${bound} ${value}${unit}`;
const bounds: Readonly<Record<string, (value: number) => string>> = {
  minimum: numbered("at least", ""),
  exclusiveMinimum: numbered("more than", ""),
  maximum: numbered("at most", ""),
  exclusiveMaximum: numbered("less than", ""),
  minLength: numbered("at least", " characters"),
  maxLength: numbered("at most", " characters"),
  minItems: numbered("at least", " members"),
  maxItems: numbered("at most", " members"),
};

/** What would be valid at a place, in a few words; null where the schema does not say. */
export function expectedAt(root: Schema, pointer: string): string | null {
  const { schema } = schemaAt(root, pointer);
  return schema === undefined ? null : describe(schema);
}

function describe(schema: Schema): string | null {
  const union = [schema["anyOf"], schema["oneOf"]].find(Array.isArray);
  if (union !== undefined) {
    const branches = union.filter(isSchema).map(describe);
    const known = branches.filter((branch) => branch !== null);
    return known.length === 0 || known.length < union.length ? null : [...new Set(known)].join(", or ");
  }
  const { format, pattern } = schema;
  const values = valuesOf(schema);
  const facts = [
    typesOf(schema).join(" or "),
    typeof format === "string" ? `format ${format}` : "",
    typeof pattern === "string" ? `matching ${cutText(pattern, MAX_PATTERN)}` : "",
    values === undefined ? "" : `one of ${shortList(values)}`,
    ...boundsOf(schema).map(({ words }) => words),
  ].filter((fact) => fact !== "");
  return facts.length === 0 ? null : facts.join(", ");
}

export function typesOf({ type }: Schema): string[] {
  const types: unknown[] = Array.isArray(type) ? type : [type];
  return types.filter((name): name is string => typeof name === "string" && name !== "null");
}

/** Between which numbers, lengths or counts a value has to be. */
export const boundsOf = (schema: Schema): { value: number; words: string }[] =>
  Object.entries(bounds).flatMap(([name, words]) => {
    const value = schema[name];
    return typeof value === "number" ? [{ value, words: words(value) }] : [];
  });

/** The only values that there are. */
export function valuesOf(schema: Schema): string[] | undefined {
  const values: unknown = Object.hasOwn(schema, "const") ? [schema["const"]] : schema["enum"];
  return Array.isArray(values)
    ? values.map((value) => (typeof value === "string" ? value : JSON.stringify(value)))
    : undefined;
}

export const shortList = (values: readonly string[]): string =>
  values.slice(0, MAX_LISTED).join(", ") + (values.length > MAX_LISTED ? ", …" : "");
