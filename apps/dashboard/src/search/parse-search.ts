import { nearestNames } from "@tachograph/record";
import type { ParsedSearch, SearchFault, SearchField } from "./search-field.ts";

/** A stretch of a search between spaces: a word, or `field:value`. Either may be quoted in part. */
export interface SearchToken {
  start: number;
  end: number;
  /** What stands before the first colon outside quotes, where that can be the name of a field. */
  field: string | undefined;
  /** Where the value begins. */
  valueStart: number;
  /** Without its quotes. */
  value: string;
  /** Whether a quote was opened and not closed. */
  isOpen: boolean;
}

const token = /(?:[^\s"]+|"[^"]*(?:"|$))+/g;
const fieldName = /^[a-z][a-z_]*(?=:)/i;

/** Cuts a search at its spaces outside quotes. */
export function splitSearch(text: string): SearchToken[] {
  return [...text.matchAll(token)].map((match) => {
    const [whole] = match;
    const start = match.index;
    const name = fieldName.exec(whole)?.[0];
    const rest = name === undefined ? whole : whole.slice(name.length + 1);
    return {
      start,
      end: start + whole.length,
      field: name?.toLowerCase(),
      valueStart: start + whole.length - rest.length,
      value: rest.replaceAll('"', ""),
      isOpen: (rest.match(/"/g)?.length ?? 0) % 2 === 1,
    };
  });
}

/** Understands `outcome:denied tool:"my tool" timed out`; what it does not, it points at. */
export function parseSearch(text: string, fields: readonly SearchField[]): ParsedSearch {
  const found: ParsedSearch = { terms: {}, text: undefined, faults: [] };
  const words: string[] = [];
  for (const part of splitSearch(text)) {
    const field = part.field === undefined ? undefined : fields.find(({ name }) => name === part.field);
    if (part.isOpen) {
      found.faults.push({
        ...placeOf(part),
        message: "This quote is never closed.",
        instead: [`${sourceOf(text, part)}"`],
      });
    } else if (part.field === undefined || isAddress(part)) {
      words.push(text.slice(part.start, part.end).replaceAll('"', ""));
    } else if (field === undefined) {
      found.faults.push(unknownField(text, part, part.field, fields));
    } else if (part.value === "") {
      found.faults.push({ ...placeOf(part), message: `${field.name}: what? A value is missing.`, instead: [] });
    } else {
      const values = valuesOf(field, part.value);
      if (values === undefined) found.faults.push(unknownValue(part, field));
      else found.terms[field.name] = [...new Set([...(found.terms[field.name] ?? []), ...values])];
    }
  }
  if (words.length > 0) found.text = words.join(" ");
  return found;
}

const placeOf = ({ start, end }: SearchToken): Pick<SearchFault, "start" | "end"> => ({ start, end });
const sourceOf = (text: string, { start, end }: SearchToken): string => text.slice(start, end);

/** `https://…` looks like a field, and is what somebody copied from an error. */
const isAddress = ({ value }: SearchToken): boolean => value.startsWith("//");

function valuesOf({ values, groups }: SearchField, given: string): readonly string[] | undefined {
  if (values === undefined) return [given];
  const value = given.toLowerCase();
  if (values.includes(value)) return [value];
  return groups !== undefined && Object.hasOwn(groups, value) ? groups[value] : undefined;
}

function unknownField(text: string, part: SearchToken, name: string, fields: readonly SearchField[]): SearchFault {
  const near = nearestNames(
    name,
    fields.map((field) => field.name),
  );
  const rest = text.slice(part.valueStart, part.end);
  return {
    ...placeOf(part),
    message: `There is no field "${name}". In quotes it is searched for as text.`,
    instead: [...near.map((field) => `${field}:${rest}`), `"${sourceOf(text, part).replaceAll('"', "")}"`],
  };
}

function unknownValue(part: SearchToken, { name, values = [], groups = {} }: SearchField): SearchFault {
  const known = [...values, ...Object.keys(groups)];
  const near = nearestNames(part.value, known);
  return {
    ...placeOf(part),
    message: `"${part.value}" is no ${name}.${near.length > 0 ? "" : ` There are: ${known.join(", ")}.`}`,
    instead: near.map((value) => `${name}:${value}`),
  };
}

/** A value as it has to be written in a search. */
export const quoted = (value: string): string => (/[\s"]/.test(value) ? `"${value.replaceAll('"', "")}"` : value);
