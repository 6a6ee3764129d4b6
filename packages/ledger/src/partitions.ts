import { sql } from "kysely";
import type { Ledger } from "./connection.ts";

const DAY_MS = 86_400_000;

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
