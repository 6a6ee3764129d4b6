import { retryingKinds } from "@tachograph/record";
import { sql } from "kysely";
import type { Ledger } from "../connection.ts";
import { errorOutcomes, refusalOutcomes } from "../outcome-groups.ts";
import { callVolume } from "./call-volume.ts";
import { instant, type Scope } from "./window.ts";

/** What a window held of one tool. */
export interface ToolSummary {
  serverName: string;
  /** Null for calls that named none. */
  tool: string | null;
  calls: number;
  refusals: number;
  /** Calls with outcome denied, and with outcome invalid_input. */
  denials: number;
  invalid: number;
  /** Accepted, and did not succeed. */
  errors: number;
  retries: number;
  /** Possible double writes. */
  repeats: number;
  unknownEffects: number;
  /** Contracts that were first seen in the window, where there had been another before. */
  contractChanges: number;
}

export const toolSorts = ["calls", "errors", "invalid", "denials", "retries", "repeats"] as const;
export type ToolSort = (typeof toolSorts)[number];

/** The tools of a window, most first. */
export async function listTools(
  ledger: Ledger,
  options: Scope & { server?: string; tool?: string; search?: string; sort?: ToolSort; limit: number },
): Promise<ToolSummary[]> {
  const { project, from, to, server, tool, search, sort = "calls", limit } = options;
  const filter = {
    ...(server !== undefined && { servers: [server] }),
    ...(tool !== undefined && { tools: [tool] }),
  };
  const count = (where: ReturnType<typeof sql>) => sql`coalesce(sum(calls) filter (where ${where}), 0)::bigint`;
  const found = search?.toLowerCase() ?? "";
  const { rows } = await sql<ToolSummary>`
    with used as (
      select server_name, nullif(tool, '') as tool, sum(calls)::bigint as calls,
        ${count(sql`outcome = any(${refusalOutcomes}::text[])`)} as refusals,
        ${count(sql`outcome = 'denied'`)} as denials,
        ${count(sql`outcome = 'invalid_input'`)} as invalid,
        ${count(sql`outcome = any(${errorOutcomes}::text[])`)} as errors,
        ${count(sql`retry_kind = any(${retryingKinds}::text[])`)} as retries,
        ${count(sql`retry_kind = 'repeat'`)} as repeats,
        sum(unknown_effects)::bigint as unknown_effects
      from (${callVolume({ ...options, filter })}) as volume
      where strpos(lower(server_name || '/' || tool), ${found}) > 0
      group by server_name, tool having sum(calls) > 0
      order by ${sql.ref(sort)} desc, calls desc, server_name, tool limit ${limit}
    )
    select used.*, (
      select count(*) filter (where first_seen_at >= ${instant(from)} and first_seen_at < ${instant(to)} and earlier)
      from (
        select first_seen_at, min(first_seen_at) over () < first_seen_at as earlier from tool_definitions as d
        where d.project = ${project} and d.server_name = used.server_name and d.tool = used.tool
      ) as contracts
    )::int as contract_changes
    from used order by ${sql.ref(sort)} desc, calls desc, server_name, tool`.execute(ledger.db);
  return rows;
}
