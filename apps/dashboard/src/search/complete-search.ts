import { quoted, splitSearch } from "./parse-search.ts";
import type { SearchField } from "./search-field.ts";

/** What can stand at the caret: the name of a field, or a value of one, in place of `[start, end)`. */
export interface Completion {
  start: number;
  end: number;
  /** What is typed of it so far. */
  prefix: string;
  /** Undefined while the name of a field is typed. */
  field: SearchField | undefined;
}

/** What somebody is typing with the caret at an offset; undefined where it is text or an unknown field. */
export function completionAt(text: string, caret: number, fields: readonly SearchField[]): Completion | undefined {
  const part = splitSearch(text).find(({ start, end }) => start < caret && caret <= end);
  if (part === undefined) return { start: caret, end: caret, prefix: "", field: undefined };
  if (part.field === undefined) {
    const prefix = text.slice(part.start, caret);
    return /^[a-z_]*$/i.test(prefix) ? { start: part.start, end: part.end, prefix, field: undefined } : undefined;
  }
  const field = fields.find(({ name }) => name === part.field);
  if (field === undefined || caret < part.valueStart) return undefined;
  const prefix = text.slice(part.valueStart, caret).replaceAll('"', "");
  return { start: part.valueStart, end: part.end, prefix, field };
}

/** The search with a completion in its place, and where the caret goes: behind it, ready for what comes next. */
export function complete(
  text: string,
  { start, end, field }: Completion,
  chosen: string,
): { text: string; caret: number } {
  const put = field === undefined ? `${chosen}:` : `${quoted(chosen)} `;
  const rest = text.slice(end);
  const before = text.slice(0, start) + put;
  return { text: before + (put.endsWith(" ") ? rest.trimStart() : rest), caret: before.length };
}

/** Members of a closed set that fit what is typed: those that begin with it before those that hold it. */
export function fitting(members: readonly string[], prefix: string): string[] {
  const wanted = prefix.toLowerCase();
  const starting = members.filter((member) => member.startsWith(wanted));
  return [...starting, ...members.filter((member) => !member.startsWith(wanted) && member.includes(wanted))];
}
