import {
  createLoader,
  createSerializer,
  parseAsArrayOf,
  parseAsString,
  parseAsStringLiteral,
  type inferParserType,
} from "nuqs/server";
import { scopeParsers } from "../scope/scope.ts";
import { filtersAmong, type Filter } from "../search/filters.ts";
import type { SearchField } from "../search/search-field.ts";
import { parseAsText } from "../time/time-window.ts";

export const sessionSorts = [
  "last_activity",
  "risk",
  "calls",
  "refusals",
  "denials",
  "errors",
  "retries",
  "replays",
  "repeats",
  "unknown_effects",
  "duration_ms",
] as const;
export type SessionSort = (typeof sessionSorts)[number];

const sessionSignals = ["repeats", "unknown_effects", "denials", "retries", "errors", "replays"] as const;
export type SessionSignal = (typeof sessionSignals)[number];

const signalLabels: Readonly<Record<SessionSignal, string>> = {
  repeats: "possible double writes",
  unknown_effects: "unknown effects",
  denials: "denials",
  retries: "retries",
  errors: "errors",
  replays: "replays",
};

export const labelOfSignal = (signal: string): string =>
  Object.hasOwn(signalLabels, signal) ? signalLabels[signal as SessionSignal] : signal;

/** Everything that the sessions screen shows, as it stands in the URL. Members of one list are alternatives. */
export const sessionParsers = {
  ...scopeParsers,
  sort: parseAsStringLiteral(sessionSorts).withDefault("last_activity"),
  only: parseAsArrayOf(parseAsStringLiteral(sessionSignals)).withDefault([]),
  client: parseAsArrayOf(parseAsString).withDefault([]),
  principal: parseAsArrayOf(parseAsString).withDefault([]),
  server: parseAsArrayOf(parseAsString).withDefault([]),
  tool: parseAsArrayOf(parseAsString).withDefault([]),
  q: parseAsText,
};

export type SessionParams = inferParserType<typeof sessionParsers>;

export const loadSessionParams = createLoader(sessionParsers);
export const sessionQuery = createSerializer(sessionParsers);

/** What sessions can be searched by. Each field is a parameter of the screen's URL with the same name. */
export const sessionSearchFields = [
  {
    name: "only",
    about: "sessions with at least one of these",
    values: sessionSignals,
    groups: { double_writes: ["repeats"] },
  },
  { name: "client", about: "name of the agent's host" },
  { name: "principal", about: "who is answerable" },
  { name: "server", about: "name of an MCP server that it called" },
  { name: "tool", about: "name of a tool that it called" },
] as const satisfies readonly SearchField[];

/** Which of the parameters narrow the list, and what to call them. */
export const sessionFilterLabels = {
  only: "With",
  client: "Client",
  principal: "Principal",
  server: "Server",
  tool: "Tool",
  q: "Text",
} as const satisfies Partial<Record<keyof SessionParams, string>>;

export type SessionFilterName = keyof typeof sessionFilterLabels;
export const sessionFilterNames = Object.keys(sessionFilterLabels) as SessionFilterName[];
type SessionFilters = Pick<SessionParams, SessionFilterName>;

/** The filters in force, one by one. */
export const sessionFiltersOf = (params: SessionFilters): Filter<SessionFilterName>[] =>
  filtersAmong(sessionFilterNames, params);
