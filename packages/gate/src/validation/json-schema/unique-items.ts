import { canonicalJson } from "@tachograph/record";
import type { FuncKeywordDefinition } from "ajv";

/**
 * `uniqueItems` in the time of the list's length. The validator's own compares each item with each other one: 100,000
 * objects would take minutes.
 */
export const uniqueItems: FuncKeywordDefinition = {
  keyword: "uniqueItems",
  type: "array",
  schemaType: "boolean",
  validate: (unique: boolean, items: unknown[]): boolean => {
    if (!unique || items.length < 2) return true;
    const seen = new Set<unknown>();
    for (const item of items) {
      const key = keyOf(item);
      if (seen.has(key)) return false;
      seen.add(key);
    }
    return true;
  },
};

/** Equal for what JSON Schema calls equal; a text cannot be taken for the JSON of an object. */
function keyOf(item: unknown): unknown {
  if (typeof item === "string") return `"${item}`;
  if (typeof item !== "object" || item === null) return item;
  try {
    return canonicalJson(item, { maxLength: Number.MAX_SAFE_INTEGER });
  } catch {
    // Not of JSON: in memory only, and the same only as itself.
    return item;
  }
}
