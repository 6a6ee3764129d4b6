import { inputSchemaOf, type Schema } from "./schema-at.ts";

/** A change from one contract to the next that somebody has to know of, in a sentence. */
export function contractFlags(before: string, after: string): string[] {
  const [old, now] = [read(before), read(after)];
  if (old === undefined || now === undefined) return [];
  const flags: string[] = [];
  const hint = (contract: Schema, name: string): unknown => part(contract, "annotations")?.[name];
  if (hint(old, "readOnlyHint") === true && hint(now, "readOnlyHint") !== true)
    flags.push("It no longer says that it only reads.");
  if (hint(old, "readOnlyHint") !== true && hint(now, "readOnlyHint") === true)
    flags.push("It now says that it only reads.");
  if (hint(old, "destructiveHint") === false && hint(now, "destructiveHint") !== false) {
    flags.push("It no longer says that it destroys nothing.");
  }
  if (hint(old, "idempotentHint") === true && hint(now, "idempotentHint") !== true) {
    flags.push("It no longer says that repeating it is safe.");
  }
  if (old["description"] !== now["description"]) {
    flags.push("Its description changed: that is what agents act on, so read it for instructions.");
  }
  const [input, nextInput] = [inputSchemaOf(before), inputSchemaOf(after)];
  const [had, has] = [requiredOf(input), requiredOf(nextInput)];
  for (const name of has) if (!had.includes(name)) flags.push(`\`${name}\` became required.`);
  for (const name of had) if (!has.includes(name)) flags.push(`\`${name}\` is no longer required.`);
  const [knew, knows] = [namesOf(input), namesOf(nextInput)];
  for (const name of knows) if (!knew.includes(name)) flags.push(`\`${name}\` is new.`);
  for (const name of knew) if (!knows.includes(name)) flags.push(`\`${name}\` is gone.`);
  return flags;
}

function read(text: string): Schema | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Schema) : undefined;
  } catch {
    return undefined;
  }
}

function part(schema: Schema | undefined, name: string): Schema | undefined {
  const value = schema?.[name];
  return typeof value === "object" && value !== null ? (value as Schema) : undefined;
}

const namesOf = (schema: Schema | undefined): string[] => Object.keys(part(schema, "properties") ?? {});

function requiredOf(schema: Schema | undefined): string[] {
  const required = schema?.["required"];
  return Array.isArray(required) ? required.filter((name) => typeof name === "string") : [];
}
