import { sql } from "kysely";
import type { Client } from "pg";
import type { Ledger } from "./connection.ts";

const DAY_MS = 86_400_000;
/** A row older than this, or further ahead than a day, has an emitter whose clock is off: it gets no partition. */
const PLAUSIBLE_DAYS_BACK = 90;

const dayOf = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10);

/**
 * Makes the day partitions (UTC) of a range around today; those that exist are left alone.
 *
 * @returns how many tables were made
 */
export async function ensurePartitions(
  ledger: Ledger,
  { daysBack = 1, daysAhead = 3 }: { daysBack?: number; daysAhead?: number } = {},
): Promise<number> {
  const now = Date.now();
  const { rows } = await sql<{ made: number }>`
    select ensure_day_partitions(${dayOf(now - daysBack * DAY_MS)}::text::date, ${dayOf(now + daysAhead * DAY_MS)}::text::date) as made
  `.execute(ledger.db);
  return rows[0]?.made ?? 0;
}

/** Rows whose id names a day that has no partition: their emitter's clock was far off. Counts to 10,000 at most. */
export async function countDefaultPartition(ledger: Ledger): Promise<number> {
  const { rows } = await sql<{ calls: number }>`
    select count(*)::int as calls from (select from tool_calls_default limit 10000) as counted`.execute(ledger.db);
  return rows[0]?.calls ?? 0;
}

/** The days (UTC, `YYYY-MM-DD`) of these instants that may have a partition of their own. */
export function plausibleDays(timesMs: Iterable<number>, now = Date.now()): string[] {
  const days = new Set<number>();
  for (const timeMs of timesMs) {
    if (timeMs >= now - PLAUSIBLE_DAYS_BACK * DAY_MS && timeMs <= now + DAY_MS) days.add(Math.floor(timeMs / DAY_MS));
  }
  return [...days].map((day) => dayOf(day * DAY_MS)).toSorted();
}

/** Makes the partitions of single days. */
export async function makeDays(client: Client, days: readonly string[]): Promise<void> {
  for (const day of days) {
    await client.query("select ensure_day_partitions($1::text::date, $1::text::date)", [day]);
  }
}
