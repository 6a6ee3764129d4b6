import type { SchemaNode } from "../json-schema-node.ts";
import { samplePattern } from "./sample-pattern.ts";

const byFormat: Readonly<Record<string, string>> = {
  date: "2026-06-06",
  "date-time": "2026-06-06T12:00:00Z",
  time: "12:00:00Z",
  duration: "P1D",
  email: "name@example.com",
  "idn-email": "name@example.com",
  hostname: "example.com",
  "idn-hostname": "example.com",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
  uri: "https://example.com/",
  url: "https://example.com/",
  iri: "https://example.com/",
  "uri-reference": "/path",
  "iri-reference": "/path",
  "uri-template": "/path/{id}",
  uuid: "123e4567-e89b-42d3-a456-426614174000",
  guid: "123e4567-e89b-42d3-a456-426614174000",
  "json-pointer": "/path",
  "relative-json-pointer": "0",
  regex: "^a$",
  byte: "YWJj",
  base64: "YWJj",
};
/** What patterns are most often for. */
const known =
  "2026-06-06 2026-06-06T12:00:00Z 2026-06 2026 12:00 12:00:00 name@example.com https://example.com/ example.com " +
  "123e4567-e89b-42d3-a456-426614174000 192.0.2.1 EUR en en-US DE +15550100 12345 10.00 #336699 1.0.0 ABC-123 abc-123";
const LETTERS = "text";
const MAX_LENGTH = 64;

/** A text that a schema may take, or undefined where none is plain to see. Whether it does is for the caller to check. */
export function sampleText(node: SchemaNode, matches: (pattern: string, text: string) => boolean): string | undefined {
  const { format, pattern, minLength, maxLength } = node;
  const least = typeof minLength === "number" ? minLength : 0;
  const most = typeof maxLength === "number" ? maxLength : Number.POSITIVE_INFINITY;
  if (least > MAX_LENGTH) return undefined;
  const fits = (text: string): boolean =>
    text.length >= least && text.length <= most && (typeof pattern !== "string" || matches(pattern, text));
  if (typeof format === "string" && Object.hasOwn(byFormat, format)) return byFormat[format];
  if (typeof pattern === "string")
    return [...known.split(" "), LETTERS, samplePattern(pattern)].find((text) => text !== undefined && fits(text));
  const long = LETTERS.repeat(Math.ceil(Math.max(1, least) / LETTERS.length));
  return long.slice(0, Math.max(least, Math.min(most, LETTERS.length)));
}
