import { cutText } from "./plain-text.ts";

/** Longest rendering of a value, in UTF-16 code units. */
export const MAX_RENDERED = 64;

/** A value as an agent is shown what it sent: what it was and of which type, at most 64 characters. Keeps no secrets away. */
export function renderValue(value: unknown): string | undefined {
  switch (typeof value) {
    case "undefined":
      return undefined;
    case "string":
      return withType(value, value === "" ? "empty string" : "string");
    case "number":
    case "bigint":
    case "boolean":
      return withType(String(value), typeof value);
    case "object":
      if (value === null) return "null";
      if (Array.isArray(value)) return `array of ${value.length}`;
      return "object";
    default:
      return typeof value;
  }
}

function withType(text: string, type: string): string {
  const suffix = text === "" ? type : ` (${type})`;
  return cutText(text, MAX_RENDERED - suffix.length) + suffix;
}
