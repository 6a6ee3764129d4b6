import type { ParsedSearch } from "./search-field.ts";

/** A value that a list is narrowed by. */
export interface Filter<Name extends string> {
  name: Name;
  value: string;
}

type Values = string | readonly string[] | null;

/** The filters in force, one by one. */
export const filtersAmong = <Name extends string>(
  names: readonly Name[],
  params: Readonly<Record<Name, Values>>,
): Filter<Name>[] =>
  names.flatMap((name) => {
    const value: Values = params[name];
    return value === null ? [] : [value].flat().map((one) => ({ name, value: one }));
  });

/** What a search adds to the filters in force; where there can be one value only, the last one counts. */
export function withSearch<Params extends object>(
  params: Params,
  { terms, text }: Pick<ParsedSearch, "terms" | "text">,
): Partial<Params> {
  const changed = Object.entries(terms).map(([name, values]) => {
    const present: unknown = params[name as keyof Params];
    return [name, Array.isArray(present) ? [...new Set([...present, ...values])] : values.at(-1)];
  });
  return { ...(Object.fromEntries(changed) as Partial<Params>), ...(text !== undefined && { q: text }) };
}

/** What is left of a field when one of its values is taken away. */
export function withoutFilter(params: Readonly<Record<string, unknown>>, { name, value }: Filter<string>): object {
  const present = params[name];
  const rest = Array.isArray(present) ? present.filter((other) => other !== value) : [];
  return { [name]: rest.length === 0 ? null : rest };
}
