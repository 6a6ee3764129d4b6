import { sql, type RawBuilder } from "kysely";
import type { Ledger } from "../connection.ts";
import { errorOutcomes } from "../outcome-groups.ts";
import { callVolume } from "./call-volume.ts";
import { DAY_MS, idsIn, type Scope } from "./window.ts";

export interface ToolUse {
  serverName: string;
  tool: string | null;
  calls: number;
  errors: number;
  /** Of the latest 500 calls of the window's last week, as is `p95Us`. */
  p50Us: number | null;
  p95Us: number | null;
}

const SAMPLE_CALLS = 500;

/** The most used tools of a window. */
export async function listTopTools(ledger: Ledger, scope: Scope & { limit: number }): Promise<ToolUse[]> {
  const latest = { from: Math.max(scope.from, scope.to - 7 * DAY_MS), to: scope.to };
  // Apart, since no index leads to both at once.
  const sample = (isTool: RawBuilder<unknown>): RawBuilder<unknown> => sql`
    select duration_us from tool_calls
    where project = ${scope.project} and ${idsIn(latest)} and server_name = top.server_name and ${isTool}
    order by id desc limit ${SAMPLE_CALLS}`;
  const { rows } = await sql<ToolUse>`
    with top as (
      select server_name, nullif(tool, '') as tool, sum(calls)::bigint as calls,
        coalesce(sum(calls) filter (where outcome = any(${errorOutcomes}::text[])), 0)::bigint as errors
      from (${callVolume(scope)}) as volume
      group by server_name, tool having sum(calls) > 0 order by calls desc, server_name, tool limit ${scope.limit}
    )
    select server_name, tool, calls, errors, p50_us, p95_us from top, lateral (
      select percentile_cont(0.5) within group (order by duration_us) as p50_us,
        percentile_cont(0.95) within group (order by duration_us) as p95_us
      from (
        (${sample(sql`tool = top.tool`)}) union all (${sample(sql`tool is null and top.tool is null`)})
      ) as sample
    ) as durations
    order by calls desc, server_name, tool`.execute(ledger.db);
  return rows;
}
