import { storable } from "@tachograph/record";
import { sql } from "kysely";
import type { Ledger } from "../connection.ts";
import { DAY_MS, idsIn, type Scope } from "./window.ts";

/** How long the calls of a tool took. */
export interface ToolLatency {
  /** Of the newest calls of the window, `sampled` at most. Null where there was none. */
  p50Us: number | null;
  p95Us: number | null;
  sampled: number;
}

/** Names one tool. */
export interface ToolName {
  serverName: string;
  tool: string;
}

const SAMPLE_CALLS = 2_000;
/** Of each of many tools. */
const LISTED_SAMPLE_CALLS = 100;

export async function getToolLatency(
  ledger: Ledger,
  options: Scope & { server: string; tool: string },
): Promise<ToolLatency> {
  const { server: serverName, tool, ...scope } = options;
  const [latency] = await sampleOf(ledger, { ...scope, tools: [{ serverName, tool }], calls: SAMPLE_CALLS });
  return latency ?? { p50Us: null, p95Us: null, sampled: 0 };
}

/** How long each of some tools took, in their order: of its newest 100 calls of the window's last week. */
export async function listToolLatencies(
  ledger: Ledger,
  options: Scope & { tools: readonly ToolName[] },
): Promise<ToolLatency[]> {
  const { to, tools } = options;
  if (tools.length === 0) return [];
  const from = Math.max(options.from, to - 7 * DAY_MS);
  return sampleOf(ledger, { project: options.project, from, to, tools, calls: LISTED_SAMPLE_CALLS });
}

async function sampleOf(
  ledger: Ledger,
  options: Scope & { tools: readonly ToolName[]; calls: number },
): Promise<ToolLatency[]> {
  const { project, tools, calls } = options;
  const { rows } = await sql<ToolLatency>`
    select p50_us, p95_us, sampled
    from unnest(
      ${tools.map(({ serverName }) => storable(serverName))}::text[], ${tools.map(({ tool }) => storable(tool))}::text[]
    ) with ordinality as named(server_name, tool, place), lateral (
      select percentile_cont(0.5) within group (order by duration_us) as p50_us,
        percentile_cont(0.95) within group (order by duration_us) as p95_us, count(*)::int as sampled
      from (
        select duration_us from tool_calls
        where project = ${project} and ${idsIn(options)} and server_name = named.server_name and tool = named.tool
        order by id desc limit ${calls}
      ) as sample
    ) as durations
    order by place`.execute(ledger.db);
  return rows;
}
