import { storable } from "@tachograph/record";
import { sql } from "kysely";
import type { Ledger } from "../connection.ts";
import { idsIn, type Scope } from "./window.ts";

/** A contract that a tool had, without its text. Instants are milliseconds since the epoch. */
export interface ToolContract {
  hash: string;
  serverVersion: string | null;
  firstSeenAt: number;
  /** Whether the newest call of the tool ran under it. */
  isInForce: boolean;
  /** Of the newest 10,000 calls of the window those that ran under it. */
  calls: number;
  /** When the last of these began. */
  lastUsedAt: number | null;
}

export interface ToolContracts {
  contracts: ToolContract[];
  /** Calls of the window that were looked at, the newest, and whether there are more. */
  looked: number;
  capped: boolean;
}

const MAX_CALLS = 10_000;

/** The contracts of a tool, the newest first, with how much each was used in a window. */
export async function listToolContracts(
  ledger: Ledger,
  options: Scope & { server: string; tool: string; limit: number },
): Promise<ToolContracts> {
  const { project, server, tool, limit } = options;
  const [serverName, toolName] = [storable(server), storable(tool)];
  const { rows } = await sql<ToolContract & { looked: number }>`
    with newest as (
      select tool_def_hash as hash from tool_calls
      where project = ${project} and tool = ${toolName} and server_name = ${serverName} and tool_def_hash is not null
      order by id desc limit 1
    ),
    used as materialized (
      select id, tool_def_hash as hash from tool_calls
      where project = ${project} and ${idsIn(options)} and tool = ${toolName} and server_name = ${serverName}
      order by id desc limit ${MAX_CALLS + 1}
    ),
    by_hash as (
      select hash, count(*)::int as calls, (array_agg(id order by id desc))[1] as last_id from used group by hash
    ),
    -- One contract that two servers have is kept under the name of the first.
    known as (
      select hash from newest union select hash from by_hash union
      select hash from tool_definitions
      where project = ${project} and server_name = ${serverName} and tool = ${toolName}
    )
    select hash, server_version, (extract(epoch from first_seen_at) * 1000)::bigint as first_seen_at,
      coalesce(hash = (select hash from newest), false) as is_in_force, coalesce(calls, 0) as calls,
      (extract(epoch from id_time(last_id)) * 1000)::bigint as last_used_at, (select count(*)::int from used) as looked
    from known join tool_definitions as d using (hash) left join by_hash using (hash)
    where project = ${project} order by d.first_seen_at desc, hash limit ${limit}`.execute(ledger.db);
  const looked = rows[0]?.looked ?? 0;
  return {
    contracts: rows.map(({ looked: _looked, ...contract }) => contract),
    looked: Math.min(looked, MAX_CALLS),
    capped: looked > MAX_CALLS,
  };
}
