import { createLoader, createSerializer, parseAsStringLiteral, type inferParserType } from "nuqs/server";
import { scopeParsers } from "../scope/scope.ts";
import { parseAsText } from "../time/time-window.ts";

export const sessionSorts = ["last_activity", "calls", "denials", "retries", "errors"] as const;

export const sessionSignals = ["denials", "retries", "unknown_effects", "errors"] as const;
export type SessionSignal = (typeof sessionSignals)[number];

export const signalLabels: Readonly<Record<SessionSignal, string>> = {
  denials: "With denials",
  retries: "With retries",
  unknown_effects: "With unknown effects",
  errors: "With errors",
};

/** Everything that the sessions screen shows, as it stands in the URL. */
export const sessionParsers = {
  ...scopeParsers,
  sort: parseAsStringLiteral(sessionSorts).withDefault("last_activity"),
  only: parseAsStringLiteral(sessionSignals),
  client: parseAsText,
  principal: parseAsText,
  server: parseAsText,
  q: parseAsText,
};

export type SessionParams = inferParserType<typeof sessionParsers>;

export const loadSessionParams = createLoader(sessionParsers);
export const sessionQuery = createSerializer(sessionParsers);

export const hasSessionFilter = ({ only, client, principal, server, q }: SessionParams): boolean =>
  [only, client, principal, server, q].some((value) => value !== null);
