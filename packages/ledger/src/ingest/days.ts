import type { Client } from "pg";

const DAY_MS = 86_400_000;
/** A row older than this, or further ahead than a day, has an emitter whose clock is off: it gets no partition. */
const PLAUSIBLE_DAYS_BACK = 90;

/** The days (UTC, `YYYY-MM-DD`) of these instants that may have a partition of their own. */
export function plausibleDays(timesMs: Iterable<number>, now = Date.now()): string[] {
  const days = new Set<number>();
  for (const timeMs of timesMs) {
    if (timeMs >= now - PLAUSIBLE_DAYS_BACK * DAY_MS && timeMs <= now + DAY_MS) days.add(Math.floor(timeMs / DAY_MS));
  }
  return [...days].map((day) => new Date(day * DAY_MS).toISOString().slice(0, 10)).toSorted();
}

/** Makes the partitions of single days. */
export async function makeDays(client: Client, days: readonly string[]): Promise<void> {
  for (const day of days) {
    await client.query("select ensure_day_partitions($1::text::date, $1::text::date)", [day]);
  }
}
