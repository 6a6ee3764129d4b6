const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string, options: Intl.DateTimeFormatOptions, name: string): Intl.DateTimeFormat {
  const key = `${name} ${zone}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone, hourCycle: "h23" });
    formats.set(key, format);
  }
  return format;
}

/** `23 Nov, 22:14:05` in the zone. */
export const formatInstant = (atMs: number, zone: string): string =>
  formatOf(
    zone,
    { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" },
    "instant",
  ).format(atMs);

/** `22:14:05.123` in the zone. */
export const formatTimeOfDay = (atMs: number, zone: string): string =>
  formatOf(zone, { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 }, "time").format(
    atMs,
  );

const HOUR_MS = 60 * 60_000;

/** For the axis of a chart: time of day in windows of about a day, weekday and time in those of about a week, else the date. */
export function formatTick(atMs: number, zone: string, windowMs: number): string {
  const time = { hour: "2-digit", minute: "2-digit" } as const;
  if (windowMs <= 26 * HOUR_MS) return formatOf(zone, time, "tick-time").format(atMs);
  if (windowMs <= 8 * 24 * HOUR_MS) return formatOf(zone, { weekday: "short", ...time }, "tick-day").format(atMs);
  return formatOf(zone, { day: "numeric", month: "short" }, "tick-date").format(atMs);
}

/** For an input of the browser's, which speaks the browser's own zone: `2026-11-23T22:14:05`. */
export function localInput(atMs: number): string {
  const at = new Date(atMs);
  return new Date(atMs - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** `2026-11-23 22:14:05.123 UTC`. */
export const formatUtc = (atMs: number): string => new Date(atMs).toISOString().replace("T", " ").replace("Z", " UTC");

/** Whether the text is a zone that this runtime knows. */
export function isTimeZone(text: string): boolean {
  try {
    formatOf(text, { timeZoneName: "short" }, "zone");
    return true;
  } catch {
    return false;
  }
}
