import "server-only";
import { getCallHistogram, getRecordingHealth, getTotals, listTopTools } from "@tachograph/ledger";
import { cache } from "react";
import type { OutcomeBucket } from "../charts/outcome-chart.tsx";
import type { Posture, RecordingHealth, ToolUse, Totals } from "../overview/overview.ts";
import type { TimeWindow } from "../time/time-window.ts";
import { getLedger } from "./ledger.ts";
import { familyBuckets } from "./outcome-buckets.ts";
import { PROJECT } from "./project.ts";
import { getViewer } from "./viewer.ts";

const WEEK_MS = 7 * 24 * 60 * 60_000;
const TOP_TOOLS = 10;

/** What happened in a window, against the same window a week before. */
export const getPosture = cache(async (from: number, to: number): Promise<Posture> => {
  await getViewer();
  const [now, weekBefore] = await Promise.all([
    totalsOf({ from, to }),
    totalsOf({ from: from - WEEK_MS, to: to - WEEK_MS }),
  ]);
  return { now, weekBefore };
});

async function totalsOf(window: TimeWindow): Promise<Totals> {
  const { calls, refusals, errors, firstAttempts, retries, replays, repeats, unknownEffects, outcomes } =
    await getTotals(getLedger(), { project: PROJECT, ...window });
  return { calls, refusals, errors, firstAttempts, retries, replays, repeats, unknownEffects, outcomes };
}

export async function getOutcomeChart(window: TimeWindow): Promise<{ buckets: OutcomeBucket[]; bucketMs: number }> {
  await getViewer();
  const histogram = await getCallHistogram(getLedger(), { project: PROJECT, ...window });
  return { bucketMs: histogram.bucketMs, buckets: familyBuckets(histogram) };
}

export async function listToolUse(window: TimeWindow): Promise<ToolUse[]> {
  await getViewer();
  const tools = await listTopTools(getLedger(), { project: PROJECT, ...window, limit: TOP_TOOLS });
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
export async function getRecording(): Promise<RecordingHealth> {
  await getViewer();
  const health = await getRecordingHealth(getLedger(), { project: PROJECT });
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
