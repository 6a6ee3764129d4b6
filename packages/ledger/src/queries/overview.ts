import type { Ledger } from "../connection.ts";
import { getCallHistogram, type CallHistogram } from "./call-counts.ts";
import { getRecordingHealth, type RecordingHealth } from "./recording-health.ts";
import { listTopTools, type ToolUse } from "./tool-use.ts";
import { getTotals, type Totals } from "./totals.ts";
import { DAY_MS, type Scope } from "./window.ts";

export interface Overview {
  totals: Totals;
  /** The same window a week before. */
  weekBefore: Totals;
  histogram: CallHistogram;
  tools: ToolUse[];
  recording: RecordingHealth;
}

const TOP_TOOLS = 10;
const WEEK_MS = 7 * DAY_MS;

/** Everything the first screen shows of a window. Its parts can be asked for one by one as well. */
export async function getOverview(ledger: Ledger, scope: Scope): Promise<Overview> {
  const [totals, weekBefore, histogram, tools, recording] = await Promise.all([
    getTotals(ledger, scope),
    getTotals(ledger, { ...scope, from: scope.from - WEEK_MS, to: scope.to - WEEK_MS }),
    getCallHistogram(ledger, scope),
    listTopTools(ledger, { ...scope, limit: TOP_TOOLS }),
    getRecordingHealth(ledger, scope),
  ]);
  return { totals, weekBefore, histogram, tools, recording };
}
