import { nearestNames } from "@tachograph/record";
import { cutText } from "../inert/inert-segments.ts";
import { partsOf, schemaAt, type Schema } from "./schema-at.ts";

/** What would be valid at a place, in a few words; null where the schema does not say. */
export function expectedAt(root: Schema, pointer: string): string | null {
  const { schema } = schemaAt(root, pointer);
  if (schema === undefined) return null;
  const type = textOf(schema["type"]) ?? listOf(schema["type"])?.join(" or ");
  const facts = [
    type,
    textOf(schema["format"]) && `format ${textOf(schema["format"])}`,
    textOf(schema["pattern"]) && `matching ${cutText(textOf(schema["pattern"]) ?? "", MAX_PATTERN)}`,
    valuesOf(schema) && `one of ${shortList(valuesOf(schema) ?? [])}`,
    ...limits.map(([name, words]) => (typeof schema[name] === "number" ? `${words} ${schema[name]}` : undefined)),
  ].filter((fact) => fact !== undefined && fact !== "");
  return facts.length === 0 ? null : facts.join(", ");
}

const MAX_PATTERN = 60;
const limits = [
  ["minimum", "at least"],
  ["exclusiveMinimum", "more than"],
  ["maximum", "at most"],
  ["exclusiveMaximum", "less than"],
  ["minLength", "characters at least"],
  ["maxLength", "characters at most"],
  ["minItems", "members at least"],
  ["maxItems", "members at most"],
] as const;

const formatExamples: Readonly<Record<string, string>> = {
  date: "YYYY-MM-DD",
  "date-time": "2026-06-06T12:00:00Z",
  time: "12:00:00Z",
  duration: "PT15M",
  email: "ann@example.com",
  uri: "https://example.com/path",
  uuid: "a UUID",
  ipv4: "192.0.2.1",
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
  if (code === "unrecognized_keys" || (schema === undefined && holder !== undefined && name !== "*")) {
    return adviceForUnknown(name, holder);
  }
  if (schema === undefined || name === "") return null;
  const description = textOf(schema["description"]) ?? "";
  if (description === "") {
    const example = formatExamples[textOf(schema["format"]) ?? ""];
    return example === undefined
      ? `It has no description. Say what it is for, with an example.`
      : `It has no description. Say the format in it: \`${example}\`.`;
  }
  switch (code) {
    case "required":
      return `Agents leave it out. Say in its description where its value comes from, or give it a default.`;
    case "invalid_format":
    case "invalid_string":
      return adviceForFormat(schema, description);
    case "invalid_value":
    case "invalid_enum_value":
    case "invalid_union": {
      const missing = (valuesOf(schema) ?? []).filter((value) => !description.includes(value));
      return missing.length === 0
        ? null
        : `Its description does not name the values that there are: say ${shortList(valuesOf(schema) ?? [])} in it.`;
    }
    case "too_big":
    case "too_small": {
      const facts = limits.flatMap(([limit, words]) => {
        const value = schema[limit];
        return typeof value === "number" && !description.includes(String(value)) ? [`${words} ${value}`] : [];
      });
      return facts.length === 0 ? null : `Its description does not say its limits: say "${facts.join(", ")}" in it.`;
    }
    case "invalid_type": {
      const type = textOf(schema["type"]);
      return type === undefined || description.toLowerCase().includes(type)
        ? null
        : `Its description does not say that it is ${/^[aeiou]/.test(type) ? "an" : "a"} ${type}.`;
    }
    default:
      return null;
  }
}

function adviceForUnknown(name: string, holder: Schema | undefined): string | null {
  const properties = holder?.["properties"];
  const known = typeof properties === "object" && properties !== null ? Object.keys(properties) : [];
  const [near] = nearestNames(name, known, 1);
  return near === undefined
    ? `The tool has no such parameter, and none like it: agents expect something that it does not offer.`
    : `The tool has no such parameter. Agents mean \`${near}\`: accept this name too, or say it in the tool's description.`;
}

function adviceForFormat(schema: Schema, description: string): string | null {
  const format = textOf(schema["format"]);
  const pattern = textOf(schema["pattern"]);
  const example = format === undefined ? undefined : formatExamples[format];
  if (example !== undefined && !description.includes(example) && !description.toLowerCase().includes(format ?? "")) {
    return `Its description does not say the format: say \`${example}\` in it.`;
  }
  if (pattern !== undefined && !/[`"'\d]/.test(description)) {
    return `Its description does not show what it has to look like: give an example that matches \`${pattern}\`.`;
  }
  return null;
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const listOf = (value: unknown): string[] | undefined =>
  Array.isArray(value) ? value.filter((member) => typeof member === "string") : undefined;

function valuesOf(schema: Schema): string[] | undefined {
  const values: unknown = Object.hasOwn(schema, "const") ? [schema["const"]] : schema["enum"];
  return Array.isArray(values) ? values.map(String) : undefined;
}

const MAX_LISTED = 8;
const shortList = (values: readonly string[]): string =>
  values.slice(0, MAX_LISTED).join(", ") + (values.length > MAX_LISTED ? ", …" : "");
