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

/** For the axis of a chart: time of day in windows of up to two days, else the date. */
export const formatTick = (atMs: number, zone: string, windowMs: number): string =>
  windowMs <= 2 * 24 * 60 * 60_000
    ? formatOf(zone, { hour: "2-digit", minute: "2-digit" }, "tick-time").format(atMs)
    : formatOf(zone, { day: "numeric", month: "short" }, "tick-date").format(atMs);

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
