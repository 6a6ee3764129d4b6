import { createParser, parseAsInteger, parseAsStringLiteral } from "nuqs/server";

export const ranges = ["1h", "24h", "7d", "30d"] as const;
export type Range = (typeof ranges)[number];

const HOUR_MS = 60 * 60_000;

export const rangeMs: Readonly<Record<Range, number>> = {
  "1h": HOUR_MS,
  "24h": 24 * HOUR_MS,
  "7d": 7 * 24 * HOUR_MS,
  "30d": 30 * 24 * HOUR_MS,
};

export const rangeLabels: Readonly<Record<Range, string>> = {
  "1h": "Last hour",
  "24h": "Last 24 hours",
  "7d": "Last 7 days",
  "30d": "Last 30 days",
};

export const DEFAULT_RANGE: Range = "24h";

/** The last instant that a `Date` can hold. */
const MAX_INSTANT = 8.64e15;

const parseAsInstant = createParser({
  parse: (query) => {
    const instant = parseAsInteger.parse(query);
    return instant !== null && instant >= 0 && instant <= MAX_INSTANT ? instant : null;
  },
  serialize: String,
});

/** Part of the URL of every screen: a range up to now, or two fixed instants in milliseconds. */
export const timeWindowParsers = {
  range: parseAsStringLiteral(ranges).withDefault(DEFAULT_RANGE),
  from: parseAsInstant,
  to: parseAsInstant,
};

export interface TimeWindowParams {
  range: Range;
  from: number | null;
  to: number | null;
}

/** `[from, to)` in milliseconds since the epoch. */
export interface TimeWindow {
  from: number;
  to: number;
}

export function timeWindowOf({ range, from, to }: TimeWindowParams, nowMs: number): TimeWindow {
  if (from !== null && to !== null && from >= 0 && from < to && to <= MAX_INSTANT) return { from, to };
  return { from: nowMs - rangeMs[range], to: nowMs };
}

/** Texts in the URL: cut, so that nobody can make a query of megabytes. */
export const parseAsText = createParser({
  parse: (query) => (query === "" ? null : query.slice(0, 256)),
  serialize: (text: string) => text,
});

/** Whether the window is two instants rather than a range up to now. */
export const hasFixedWindow = (params: TimeWindowParams): boolean => timeWindowOf(params, 0).to !== 0;
