import { storable } from "@tachograph/record";

// What JSON.stringify writes for a NUL and for half a surrogate pair. Behind another backslash it is text, and harmless
// to look at twice.
const unstorable = /\\u0000|\\ud[89a-f]/;

/** JSON text that Postgres can take apart: NULs and lone surrogates inside become U+FFFD. */
export function jsonText(value: object): string {
  const text = JSON.stringify(value);
  return unstorable.test(text)
    ? JSON.stringify(value, (_key, member: unknown) => (typeof member === "string" ? storable(member) : member))
    : text;
}
