import { sql, type RawBuilder } from "kysely";
import type { Ledger } from "../connection.ts";
import { countDefaultPartition } from "../partitions.ts";
import { listProcesses, type ProcessStatus } from "./processes.ts";
import { DAY_MS, idsIn } from "./window.ts";

/** What one worker last said about itself. */
export interface WorkerHealth {
  instanceId: string;
  startedAt: number;
  heartbeatAgeMs: number;
  isAlive: boolean;
  /** Bytes that wait in journals; null where it does not say. */
  backlogBytes: number | null;
  /** How long the oldest of their rows had waited at its last heartbeat; null where none did. */
  oldestWaitingMs: number | null;
  /** Since its start: entries that gates lost, rows that Postgres will never take, bytes of torn or damaged journals. */
  dropped: number;
  rejected: number;
  damagedBytes: number;
  lastError: string | null;
}

export interface RecordingHealth {
  /** Latest row of the last 30 days. */
  lastRecordedAt: number | null;
  /**
   * From a call's begin to its row, 95th percentile of the rows of the last 5 minutes whose calls came within a day; null
   * where there were none.
   */
  lagP95Ms: number | null;
  /** Rows whose id carries an implausible time, up to 10,000. */
  misplacedCalls: number;
  /** The workers of the last week, the liveliest first. */
  workers: WorkerHealth[];
  workerHeartbeatAgeMs: number | null;
  isWorkerAlive: boolean;
  /** Of the workers that live, together; null where none does, or none says. */
  backlogBytes: number | null;
  /** The longest wait that one of them knows of; null where nothing waits. */
  oldestWaitingMs: number | null;
  /** Of all workers of the last week: what one that is gone found stays found. */
  dropped: number;
  rejected: number;
  damagedBytes: number;
}

/** A worker that is silent for longer is taken for dead. */
const ALIVE_WITHIN_MS = 30_000;

/** Whether what happens is being written down. */
export async function getRecordingHealth(ledger: Ledger, { project }: { project: string }): Promise<RecordingHealth> {
  const now = Date.now();
  const since = (days: number): RawBuilder<boolean> =>
    sql`project = ${project} and ${idsIn({ from: now - days * DAY_MS, to: now + DAY_MS })}`;
  const [last, lag, processes, misplacedCalls] = await Promise.all([
    sql<{ at: number | null }>`
      select (extract(epoch from max(recorded_at)) * 1000)::bigint as at
      from (select recorded_at from tool_calls where ${since(30)} order by id desc limit 100) as latest`.execute(
      ledger.db,
    ),
    // The statement's own time, to which an index leads: the clock's would be read anew for each row of the day.
    sql<{ ms: number | null }>`
      select percentile_cont(0.95) within group (order by extract(epoch from recorded_at - started_at)::float8 * 1000) as ms
      from tool_calls where ${since(1)} and recorded_at > statement_timestamp() - interval '5 minutes'`.execute(
      ledger.db,
    ),
    listProcesses(ledger),
    countDefaultPartition(ledger),
  ]);
  const workers = processes.filter(({ kind }) => kind === "worker").map(workerHealth);
  const alive = workers.filter(({ isAlive }) => isAlive);
  const sum = (of: "dropped" | "rejected" | "damagedBytes"): number =>
    workers.reduce((total, worker) => total + worker[of], 0);
  return {
    lastRecordedAt: last.rows[0]?.at ?? null,
    lagP95Ms: lag.rows[0]?.ms ?? null,
    misplacedCalls,
    workers,
    workerHeartbeatAgeMs: workers[0]?.heartbeatAgeMs ?? null,
    isWorkerAlive: alive.length > 0,
    backlogBytes: together(alive.map(({ backlogBytes }) => backlogBytes)),
    oldestWaitingMs: longest(alive.map(({ oldestWaitingMs }) => oldestWaitingMs)),
    dropped: sum("dropped"),
    rejected: sum("rejected"),
    damagedBytes: sum("damagedBytes"),
  };
}

function workerHealth({ instanceId, startedAt, heartbeatAgeMs, detail }: ProcessStatus): WorkerHealth {
  return {
    instanceId,
    startedAt,
    heartbeatAgeMs,
    isAlive: heartbeatAgeMs < ALIVE_WITHIN_MS,
    backlogBytes: numberIn(detail["backlogBytes"]),
    oldestWaitingMs: numberIn(detail["oldestWaitingMs"]),
    dropped: numberIn(detail["dropped"]) ?? 0,
    rejected: numberIn(detail["rejected"]) ?? 0,
    damagedBytes: numberIn(detail["damagedBytes"]) ?? 0,
    lastError: typeof detail["lastError"] === "string" ? detail["lastError"] : null,
  };
}

const numberIn = (value: unknown): number | null => (typeof value === "number" ? value : null);

function together(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
}

function longest(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}
