import { effects, mutabilities, outcomes, retryKinds } from "@tachograph/record";
import {
  createLoader,
  createSerializer,
  parseAsArrayOf,
  parseAsString,
  parseAsStringLiteral,
  type inferParserType,
} from "nuqs/server";
import { scopeParsers } from "../scope/scope.ts";
import type { ParsedSearch } from "../search/search-field.ts";
import { parseAsText } from "../time/time-window.ts";

/** Everything that narrows the calls screen, as it stands in the URL. Members of one list are alternatives. */
export const callParsers = {
  ...scopeParsers,
  outcome: parseAsArrayOf(parseAsStringLiteral(outcomes)).withDefault([]),
  effect: parseAsArrayOf(parseAsStringLiteral(effects)).withDefault([]),
  kind: parseAsArrayOf(parseAsStringLiteral(mutabilities)).withDefault([]),
  retry: parseAsArrayOf(parseAsStringLiteral(retryKinds)).withDefault([]),
  server: parseAsArrayOf(parseAsString).withDefault([]),
  tool: parseAsArrayOf(parseAsString).withDefault([]),
  principal: parseAsArrayOf(parseAsString).withDefault([]),
  client: parseAsArrayOf(parseAsString).withDefault([]),
  error: parseAsArrayOf(parseAsString).withDefault([]),
  rule: parseAsText,
  session: parseAsText,
  operation: parseAsText,
  q: parseAsText,
};

export type CallParams = inferParserType<typeof callParsers>;

export const loadCallParams = createLoader(callParsers);
export const callQuery = createSerializer(callParsers);

/** Which of the parameters narrow the rows, and what to call them. */
export const filterLabels = {
  outcome: "Outcome",
  effect: "Effect",
  kind: "Kind",
  retry: "Retry",
  server: "Server",
  tool: "Tool",
  principal: "Principal",
  client: "Client",
  error: "Error",
  rule: "Rule",
  session: "Session",
  operation: "Operation",
  q: "Text",
} as const satisfies Partial<Record<keyof CallParams, string>>;

export type FilterName = keyof typeof filterLabels;
export const filterNames = Object.keys(filterLabels) as FilterName[];

export type CallFilters = Pick<CallParams, FilterName>;

export const hasFilter = (params: CallFilters): boolean => filtersOf(params).length > 0;

/** The filters in force, one by one. */
export const filtersOf = (params: CallFilters): { name: FilterName; value: string }[] =>
  filterNames.flatMap((name) => {
    const value: string | readonly string[] | null = params[name];
    return value === null ? [] : [value].flat().map((one) => ({ name, value: one }));
  });

/** Adds what a search asks for to the filters in force; where there can be one value only, the last one counts. */
export function withSearch(params: CallFilters, { terms, text }: ParsedSearch): Partial<CallFilters> {
  const changed = Object.entries(terms).map(([name, values]) => {
    const present: unknown = params[name as FilterName];
    return [name, Array.isArray(present) ? [...new Set([...present, ...values])] : values.at(-1)];
  });
  return { ...(Object.fromEntries(changed) as Partial<CallFilters>), ...(text !== undefined && { q: text }) };
}

/** The filters without one of them. */
export function withoutFilter(params: CallFilters, { name, value }: { name: FilterName; value: string }): object {
  const present: unknown = params[name];
  const rest = Array.isArray(present) ? present.filter((other) => other !== value) : [];
  return { [name]: rest.length === 0 ? null : rest };
}
