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
import { parseAsText } from "../time/time-window.ts";

/** Everything that the calls screen shows, as it stands in the URL. */
export const callParsers = {
  ...scopeParsers,
  outcome: parseAsArrayOf(parseAsStringLiteral(outcomes)).withDefault([]),
  effect: parseAsArrayOf(parseAsStringLiteral(effects)).withDefault([]),
  kind: parseAsArrayOf(parseAsStringLiteral(mutabilities)).withDefault([]),
  retry: parseAsArrayOf(parseAsStringLiteral(retryKinds)).withDefault([]),
  server: parseAsArrayOf(parseAsString).withDefault([]),
  tool: parseAsArrayOf(parseAsString).withDefault([]),
  principal: parseAsText,
  session: parseAsText,
  error: parseAsText,
  rule: parseAsText,
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
  session: "Session",
  error: "Error",
  rule: "Rule",
  operation: "Operation",
  q: "Text",
} as const satisfies Partial<Record<keyof CallParams, string>>;

export type FilterName = keyof typeof filterLabels;
export const filterNames = Object.keys(filterLabels) as FilterName[];

export const hasFilter = (params: CallParams): boolean =>
  filterNames.some((name) => {
    const value = params[name];
    return Array.isArray(value) ? value.length > 0 : value !== null;
  });
