import "server-only";
import { getCallHistogram, getRecordingHealth, getTotals, listTopTools, type Scope } from "@tachograph/ledger";
import { cache } from "react";
import type { OutcomeBucket } from "../charts/outcome-chart.tsx";
import type { Posture, RecordingHealth, ToolUse, Totals } from "../overview/overview.ts";
import { COUNTS_WITHIN_MS, getReader } from "./ledger.ts";
import { familyBuckets } from "./outcome-buckets.ts";
import { authorize } from "./viewer.ts";

const WEEK_MS = 7 * 24 * 60 * 60_000;
const TOP_TOOLS = 10;

/** What happened in a window, against the same window a week before. */
export const getPosture = cache(async (project: string, from: number, to: number): Promise<Posture> => {
  await authorize("rows", project);
  const [now, weekBefore] = await Promise.all([
    totalsOf({ project, from, to }),
    totalsOf({ project, from: from - WEEK_MS, to: to - WEEK_MS }),
  ]);
  return { now, weekBefore };
});

async function totalsOf(scope: Scope): Promise<Totals> {
  const { calls, refusals, errors, firstAttempts, retries, replays, repeats, unknownEffects, outcomes } =
    await getTotals(getReader(), scope);
  return { calls, refusals, errors, firstAttempts, retries, replays, repeats, unknownEffects, outcomes };
}

export async function getOutcomeChart(scope: Scope): Promise<{ buckets: OutcomeBucket[]; bucketMs: number }> {
  await authorize("rows", scope.project);
  const histogram = await getCallHistogram(getReader(COUNTS_WITHIN_MS), scope);
  return { bucketMs: histogram.bucketMs, buckets: familyBuckets(histogram) };
}

export async function listToolUse(scope: Scope): Promise<ToolUse[]> {
  await authorize("rows", scope.project);
  const tools = await listTopTools(getReader(), { ...scope, limit: TOP_TOOLS });
  return tools.map(({ serverName, tool, calls, errors, p50Us, p95Us }) => ({
    serverName,
    tool,
    calls,
    errors,
    p50Us,
    p95Us,
  }));
}

/** Whether what happens is being written down. */
export async function getRecording(project: string): Promise<RecordingHealth> {
  await authorize("rows", project);
  const health = await getRecordingHealth(getReader(), { project });
  return {
    lastRecordedAtMs: health.lastRecordedAt,
    lagP95Ms: health.lagP95Ms,
    isWorkerAlive: health.isWorkerAlive,
    workerHeartbeatAgeMs: health.workerHeartbeatAgeMs,
    workerError: health.workers.find(({ isAlive, lastError }) => isAlive && lastError !== null)?.lastError ?? null,
    journalBacklogBytes: health.backlogBytes,
    oldestWaitingMs: health.oldestWaitingMs,
    lostRecords: health.dropped,
    rejectedRows: health.rejected,
    damagedBytes: health.damagedBytes,
    misplacedCalls: health.misplacedCalls,
  };
}
