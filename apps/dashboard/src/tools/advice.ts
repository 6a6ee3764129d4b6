import { nearestNames } from "@tachograph/record";
import { cutText } from "../inert/inert-segments.ts";
import { boundsOf, MAX_PATTERN, shortList, typesOf, valuesOf } from "./expected-at.ts";
import { namesOf, partsOf, schemaAt, type Schema } from "./schema-at.ts";

const formatExamples: Readonly<Record<string, string>> = {
  date: "YYYY-MM-DD",
  "date-time": "2026-06-06T12:00:00Z",
  time: "12:00:00Z",
  duration: "PT15M",
  email: "ann@example.com",
  uri: "https://example.com/path",
  uuid: "123e4567-e89b-12d3-a456-426614174000",
  ipv4: "192.0.2.1",
};

/** Words by which a description says a type. Nearly all that agents send are texts: what is one needs no word. */
const typeWords: Readonly<Record<string, RegExp>> = {
  array: /\b(?:array|list|items|comma)/i,
  object: /\b(?:object|json|map|dictionary|record)\b/i,
  boolean: /\b(?:boolean|true|false|whether|if)\b/i,
  number: /\b(?:number|numeric|decimal|float|amount|count)/i,
  integer: /\b(?:integer|number|numeric|amount|count)|\bint\b/i,
};

/**
 * What to write into the contract so that agents get a parameter right, as far as the contract itself shows that it is
 * missing; null where it shows nothing.
 *
 * @param options.pointer - Where calls fail, with `*` for any member of an array.
 * @param options.code - What is wrong there most often.
 */
export function adviceFor(root: Schema, { pointer, code }: { pointer: string; code: string }): string | null {
  const { schema, holder } = schemaAt(root, pointer);
  const name = partsOf(pointer).at(-1) ?? "";
  if (code === "unrecognized_keys") return schema === undefined ? adviceForUnknown(name, holder) : adviceForNameless;
  if (schema === undefined) {
    return namesOf(holder) !== undefined && name !== "*" ? "The contract in force has no such parameter." : null;
  }
  if (name === "") return null;
  const told = schema["description"] ?? (name === "*" ? holder?.["description"] : undefined);
  const description = typeof told === "string" ? told : "";
  if (description === "") return adviceForBare(schema);
  switch (code) {
    case "required":
      return adviceForRequired;
    case "invalid_format":
    case "invalid_string":
      return adviceForFormat(schema, description);
    case "invalid_value":
    case "invalid_enum_value":
    case "invalid_union":
      return adviceForValues(schema, description);
    case "too_big":
    case "too_small":
      return adviceForBounds(schema, description);
    case "invalid_type":
      return adviceForType(schema, { description, isRequired: requires(holder, name) });
    default:
      return null;
  }
}

const adviceForRequired =
  "Agents leave it out. Say in its description where its value comes from, or give it a default.";

/** Where a server validates by itself, its library names the place and not the name. */
const adviceForNameless =
  "Agents send parameters that it does not have. With `validate` on, the gate refuses them by their names, and they show here.";

function adviceForUnknown(name: string, holder: Schema | undefined): string | null {
  const known = namesOf(holder);
  if (known === undefined) return null;
  const [near] = nearestNames(name, known, 1);
  return near === undefined
    ? `The tool has no such parameter, and none like it: agents expect something that it does not offer.`
    : `The tool has no such parameter. Agents mean \`${near}\`: accept this name too, or say it in the tool's description.`;
}

function adviceForBare(schema: Schema): string {
  const example = formatExamples[String(schema["format"])];
  const values = valuesOf(schema);
  if (example !== undefined) return `It has no description. Say the format in it: \`${example}\`.`;
  if (values !== undefined) return `It has no description. Say in it what ${shortList(values)} mean.`;
  return `It has no description. Say what it is for, with an example.`;
}

function adviceForFormat(schema: Schema, description: string): string | null {
  const { format, pattern } = schema;
  const example = typeof format === "string" ? formatExamples[format] : undefined;
  if (example !== undefined && !description.includes(example) && !saysFormat(description, String(format))) {
    return `Its description does not say the format: say \`${example}\` in it.`;
  }
  if (typeof pattern === "string" && !/[`"'\d]/.test(description)) {
    return `Its description does not show what it has to look like: give an example that matches \`${cutText(pattern, MAX_PATTERN)}\`.`;
  }
  return null;
}

/** `ISO 8601` says it, and so does a pattern such as `DD.MM.YYYY`. That it is "a date" does not: agents write those in many ways. */
const saysFormat = (description: string, format: string): boolean =>
  /\b(?:ISO|RFC)[- ]?\d/i.test(description) ||
  (format.startsWith("date") ? /y{2,4}\W?m{1,2}/i.test(description) : description.toLowerCase().includes(format));

function adviceForValues(schema: Schema, description: string): string | null {
  const values = valuesOf(schema) ?? [];
  if (values.every((value) => description.includes(value))) return null;
  return `Its description does not name the values that there are: say ${shortList(values)} in it.`;
}

function adviceForBounds(schema: Schema, description: string): string | null {
  const unsaid = boundsOf(schema).filter(({ value }) => !new RegExp(`(?<!\\d)${value}(?!\\d)`).test(description));
  if (unsaid.length === 0) return null;
  return `Its description does not say its limits: say "${unsaid.map(({ words }) => words).join(", ")}" in it.`;
}

/** A library that validates by itself calls what is missing a value of another type. */
function adviceForType(
  schema: Schema,
  { description, isRequired }: { description: string; isRequired: boolean },
): string | null {
  const [type, ...others] = typesOf(schema);
  const words = type === undefined || others.length > 0 ? undefined : typeWords[type];
  if (words !== undefined && !words.test(description)) {
    return `Its description does not say that it is ${/^[aeiou]/.test(type ?? "") ? "an" : "a"} ${type}.`;
  }
  return isRequired
    ? `It is required: agents leave it out or send another type. Say in its description where its value comes from.`
    : null;
}

function requires(holder: Schema | undefined, name: string): boolean {
  const required = holder?.["required"];
  return Array.isArray(required) && required.includes(name);
}
