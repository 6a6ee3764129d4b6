import { createLoader, createSerializer } from "nuqs/server";
import { parseAsText, timeWindowParsers, type TimeWindowParams } from "../time/time-window.ts";

export const DEFAULT_PROJECT = "default";

/** Part of the URL of every screen: whose calls, and of which time. */
export const scopeParsers = { project: parseAsText.withDefault(DEFAULT_PROJECT), ...timeWindowParsers };

export type ScopeParams = TimeWindowParams & { project: string };

export const loadScopeParams = createLoader(scopeParsers);

/** `?project=shop&range=7d` or empty: the scope's part of a screen's query, to take along into another screen. */
export const scopeQuery = createSerializer(scopeParsers);
