import { effects, mutabilities, outcomes, retryKinds } from "@tachograph/record";
import {
  createLoader,
  createSerializer,
  parseAsArrayOf,
  parseAsBoolean,
  parseAsString,
  parseAsStringLiteral,
  type inferParserType,
} from "nuqs/server";
import { scopeParsers } from "../scope/scope.ts";
import { filtersAmong, type Filter } from "../search/filters.ts";
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

/** Whether the screen tells what sets its rows apart from others; no part of what narrows them. */
export const contrastParsers = { differs: parseAsBoolean.withDefault(false) };
export const loadContrastParams = createLoader(contrastParsers);

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
export const filtersOf = (params: CallFilters): Filter<FilterName>[] => filtersAmong(filterNames, params);
