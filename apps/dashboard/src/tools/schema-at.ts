/** A JSON Schema as far as it is read here. What is not an object has no parts. */
export type Schema = Readonly<Record<string, unknown>>;

export const isSchema = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const own = (schema: Schema | undefined, name: string): Schema | undefined => {
  const part = schema !== undefined && Object.hasOwn(schema, name) ? schema[name] : undefined;
  return isSchema(part) ? part : undefined;
};

const MAX_HOPS = 8;

/** Follows `#/$defs/…` to where it leads, and a union with nothing or null (`anyOf: [X, null]`) to X. */
function resolved(root: Schema, schema: Schema | undefined): Schema | undefined {
  let at = schema;
  for (let hop = 0; hop < MAX_HOPS && at !== undefined; hop++) {
    const next = referredTo(root, at) ?? onlyBranch(at);
    if (next === undefined) return at;
    at = next;
  }
  return at;
}

function referredTo(root: Schema, schema: Schema): Schema | undefined {
  const { $ref: reference, ...rest } = schema;
  if (typeof reference !== "string" || !reference.startsWith("#/")) return undefined;
  const target = partsOf(reference.slice(1)).reduce<Schema | undefined>(own, root);
  return { ...target, ...rest };
}

function onlyBranch(schema: Schema): Schema | undefined {
  for (const name of ["anyOf", "oneOf", "allOf"]) {
    const { [name]: branches, ...rest } = schema;
    if (!Array.isArray(branches)) continue;
    const [branch, ...others] = branches.filter((member) => isSchema(member) && member["type"] !== "null") as Schema[];
    if (branch !== undefined && others.length === 0) return { ...branch, ...rest };
  }
  return undefined;
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
    const member = part === "*" ? own(holder, "items") : undefined;
    const next = member ?? own(own(holder, "properties"), part) ?? own(holder, "additionalProperties");
    schema = resolved(root, next);
  }
  return { schema, holder };
}

/** The names that an object may have; undefined where the schema leaves that open. */
export function namesOf(holder: Schema | undefined): string[] | undefined {
  const properties = own(holder, "properties");
  if (properties === undefined || holder?.["patternProperties"] !== undefined) return undefined;
  if (["anyOf", "oneOf", "allOf"].some((name) => holder?.[name] !== undefined)) return undefined;
  return Object.keys(properties);
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
