import { firstIdAt } from "@tachograph/record";
import { sql } from "kysely";
import type { Ledger } from "../connection.ts";
import { countDefaultPartition } from "../partitions.ts";
import { listProcesses } from "./processes.ts";
import { DAY_MS } from "./window.ts";

export interface RecordingHealth {
  /** Latest row of the last 30 days. */
  lastRecordedAt: number | null;
  /** From a call's begin to its row, 95th percentile of the rows of the last 5 minutes; null where there were none. */
  lagP95Ms: number | null;
  workerHeartbeatAgeMs: number | null;
  /** What the liveliest worker last said about itself. */
  workerDetail: Record<string, unknown> | null;
  /** Rows whose id carries an implausible time, up to 10,000. */
  misplacedCalls: number;
}

/** Whether what happens is being written down. */
export async function getRecordingHealth(ledger: Ledger, { project }: { project: string }): Promise<RecordingHealth> {
  const now = Date.now();
  const recent = sql`project = ${project} and id >= ${firstIdAt(now - 30 * DAY_MS)}::uuid and id < ${firstIdAt(now + DAY_MS)}::uuid`;
  const [last, lag, processes, misplacedCalls] = await Promise.all([
    sql<{ at: number | null }>`
      select (extract(epoch from max(recorded_at)) * 1000)::bigint as at
      from (select recorded_at from tool_calls where ${recent} order by id desc limit 100) as latest`.execute(
      ledger.db,
    ),
    sql<{ ms: number | null }>`
      select percentile_cont(0.95) within group (order by extract(epoch from recorded_at - started_at)::float8 * 1000) as ms
      from tool_calls where ${recent} and recorded_at > clock_timestamp() - interval '5 minutes'`.execute(ledger.db),
    listProcesses(ledger),
    countDefaultPartition(ledger),
  ]);
  const worker = processes.find(({ kind }) => kind === "worker");
  return {
    lastRecordedAt: last.rows[0]?.at ?? null,
    lagP95Ms: lag.rows[0]?.ms ?? null,
    workerHeartbeatAgeMs: worker?.heartbeatAgeMs ?? null,
    workerDetail: worker?.detail ?? null,
    misplacedCalls,
  };
}
