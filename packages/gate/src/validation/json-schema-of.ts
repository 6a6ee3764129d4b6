import { isObject } from "../is-object.ts";

/** Which side of a schema: what it takes, or what it gives. */
export type Direction = "input" | "output";

interface ConvertibleSchema {
  "~standard"?: { jsonSchema?: Partial<Record<Direction, (options: { target: string }) => unknown>> };
}

/** Whether a schema is one of a library's, rather than a JSON Schema. */
export const isLibrarySchema = (schema: unknown): schema is object =>
  (isObject(schema) || typeof schema === "function") &&
  ("~standard" in schema || "_zod" in schema || ("_def" in schema && "safeParse" in schema));

/**
 * The JSON Schema that says the same: a JSON Schema itself, or Standard Schema's own conversion, which zod has from 4.2
 * on. Undefined where a schema cannot say.
 */
export function jsonSchemaOf(schema: unknown, direction: Direction): unknown {
  if (!isLibrarySchema(schema)) return isObject(schema) || typeof schema === "boolean" ? schema : undefined;
  try {
    const converted = (schema as ConvertibleSchema)["~standard"]?.jsonSchema?.[direction]?.({
      target: "draft-2020-12",
    });
    // zod gives one that is its own schema as well, and would be taken for that.
    return converted === undefined ? undefined : (JSON.parse(JSON.stringify(converted)) as unknown);
  } catch {
    // It transforms, or it takes what JSON has not.
    return undefined;
  }
}
