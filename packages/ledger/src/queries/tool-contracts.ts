import { storable } from "@tachograph/record";
import { sql } from "kysely";
import type { Ledger } from "../connection.ts";

/** A contract that a tool had: what a client saw of it. */
export interface ToolContract {
  hash: string;
  serverVersion: string | null;
  /** Milliseconds since the epoch. */
  firstSeenAt: number;
  /** Canonical JSON text. */
  definition: string;
  /** Whether the newest call of the tool ran under it. */
  isInForce: boolean;
}

/** The contracts of a tool, the newest first. */
export async function listToolContracts(
  ledger: Ledger,
  { project, server, tool, limit }: { project: string; server: string; tool: string; limit: number },
): Promise<ToolContract[]> {
  const [serverName, toolName] = [storable(server), storable(tool)];
  const { rows } = await sql<ToolContract>`
    with newest as (
      select tool_def_hash as hash from tool_calls
      where project = ${project} and tool = ${toolName} and server_name = ${serverName} and tool_def_hash is not null
      order by id desc limit 1
    )
    select hash, server_version, (extract(epoch from first_seen_at) * 1000)::bigint as first_seen_at, definition,
      coalesce(hash = (select hash from newest), false) as is_in_force
    from tool_definitions as d
    where project = ${project} and server_name = ${serverName} and tool = ${toolName}
    order by d.first_seen_at desc, hash limit ${limit}`.execute(ledger.db);
  return rows;
}
