/** A JSON Schema as far as it is read here. What is not an object has no parts. */
export type Schema = Readonly<Record<string, unknown>>;

const isSchema = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const own = (schema: Schema | undefined, name: string): Schema | undefined => {
  const part = schema !== undefined && Object.hasOwn(schema, name) ? schema[name] : undefined;
  return isSchema(part) ? part : undefined;
};

const MAX_REFERENCES = 8;

/** Follows `#/$defs/…` to where it leads. */
function resolved(root: Schema, schema: Schema | undefined): Schema | undefined {
  let at = schema;
  for (let hop = 0; hop < MAX_REFERENCES && at !== undefined && typeof at["$ref"] === "string"; hop++) {
    const { $ref: reference, ...rest } = at;
    if (!reference.startsWith("#/")) return at;
    const target = partsOf(reference.slice(1)).reduce<Schema | undefined>(own, root);
    at = target === undefined ? undefined : { ...target, ...rest };
  }
  return at;
}

/** The names of a JSON pointer. */
export const partsOf = (pointer: string): string[] =>
  pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));

/** The schema of the value at a pointer in which `*` is any member of an array, and the schema of what holds it. */
export function schemaAt(root: Schema, pointer: string): { schema: Schema | undefined; holder: Schema | undefined } {
  let holder: Schema | undefined;
  let schema = resolved(root, root);
  for (const part of partsOf(pointer)) {
    holder = schema;
    const next = part === "*" ? own(holder, "items") : own(own(holder, "properties"), part);
    schema = resolved(root, next);
  }
  return { schema, holder };
}

/** The schema of a tool's arguments in its contract; undefined where the text holds none. */
export function inputSchemaOf(definition: string): Schema | undefined {
  try {
    const contract: unknown = JSON.parse(definition);
    return isSchema(contract) ? own(contract, "inputSchema") : undefined;
  } catch {
    return undefined;
  }
}
