import type { ArgumentIssue } from "../validation/validator.ts";
import { segmentsOf } from "../validation/pointer.ts";
import { cutText, oneLine, plainText } from "../validation/plain-text.ts";

/** What every answer says of its call. */
export interface AnsweredCall {
  callId: string;
  tool: string;
}

const MAX_NAME = 64;
const MAX_PHRASE = 256;

export const nameOf = (tool: string): string => plainText(tool, MAX_NAME) || "The tool";

/** `350 ms`, `12 s`, `3 min`. */
export function durationOf(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.ceil(ms))} ms`;
  return ms <= 120_000 ? `${Math.ceil(ms / 1_000)} s` : `${Math.ceil(ms / 60_000)} min`;
}

/** `date`, `lines[0].id` for `/lines/0/id`. */
export function parameterOf(pointer: string): string {
  const [first = "", ...rest] = segmentsOf(pointer);
  return first + rest.map((segment) => (/^\d+$/.test(segment) ? `[${segment}]` : `.${segment}`)).join("");
}

/** `date: expected YYYY-MM-DD, got 06/06/2026 (string)`. */
export function issuePhrase({ path, code, expected, got }: ArgumentIssue): string {
  const where = path === "" ? "" : `${plainText(parameterOf(path), MAX_PHRASE)}: `;
  const valid = cutText(oneLine(expected), MAX_PHRASE);
  if (code === "unrecognized_keys" || code === "required") return `${where}${valid}`;
  return `${where}expected ${valid}${got === undefined ? "" : `, got ${plainText(got, MAX_NAME)}`}`;
}

/** How many issues an answer tells. */
export const MAX_TOLD = 5;

export function issuePhrases(issues: readonly ArgumentIssue[], more: number): string {
  const told = issues.slice(0, MAX_TOLD).map(issuePhrase);
  const rest = issues.length - told.length + more;
  return told.join("; ") + (rest > 0 ? `; and ${rest} more` : "");
}

/** A sentence of somebody else's, with its full stop. */
export const sentenceOf = (text: string, maxLength: number): string => {
  const plain = plainText(text, maxLength);
  return plain === "" || /[.!?…]$/.test(plain) ? plain : `${plain}.`;
};

/** How an agent finds out what happened. */
export const lookWith = (readBackWith: string | undefined): string =>
  readBackWith === undefined ? "by reading the current state" : `with ${nameOf(readBackWith)}`;
