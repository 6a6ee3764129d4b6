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
import { parseAsText } from "../time/time-window.ts";

/** What of a session can be looked at alone. */
export const timelineFilters = ["retries", "refusals", "failures", "uncertain", "writes"] as const;
export type TimelineFilter = (typeof timelineFilters)[number];

/** How the calls of a session are shown, as it stands in the URL. */
export const timelineParsers = {
  project: scopeParsers.project,
  /** Members are alternatives. */
  show: parseAsArrayOf(parseAsStringLiteral(timelineFilters)).withDefault([]),
  tool: parseAsArrayOf(parseAsString).withDefault([]),
  q: parseAsText,
  group: parseAsStringLiteral(["operation"]),
  /** Time as it was, idle stretches and all. */
  real: parseAsBoolean.withDefault(false),
  /** The call that is open. */
  call: parseAsString,
};

export type TimelineParams = inferParserType<typeof timelineParsers>;

export const loadTimelineParams = createLoader(timelineParsers);
export const outlineQuery = createSerializer({ project: timelineParsers.project, q: timelineParsers.q });
