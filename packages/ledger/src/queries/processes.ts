import { sql } from "kysely";
import type { Ledger } from "../connection.ts";

export interface ProcessStatus {
  kind: string;
  instanceId: string;
  startedAt: number;
  heartbeatAt: number;
  /** On the database's clock, so that no other clock matters. */
  heartbeatAgeMs: number;
  detail: Record<string, unknown>;
}

const FORGOTTEN_AFTER = "7 days";

/** Says that a process lives. `detail` is what it wants to be seen, replaced at each beat. */
export async function recordHeartbeat(
  ledger: Ledger,
  process: { kind: string; instanceId: string; startedAt: Date; detail?: object },
): Promise<void> {
  await sql`
    insert into processes (kind, instance_id, started_at, heartbeat_at, detail)
    values (${process.kind}, ${process.instanceId}, ${process.startedAt}, clock_timestamp(),
      ${JSON.stringify(process.detail ?? {})}::text::jsonb)
    on conflict (kind, instance_id) do update set heartbeat_at = excluded.heartbeat_at, detail = excluded.detail
  `.execute(ledger.db);
}

/** The processes that were alive within the last week, the liveliest first. */
export async function listProcesses(ledger: Ledger): Promise<ProcessStatus[]> {
  const { rows } = await sql<ProcessStatus>`
    select kind, instance_id, detail,
      (extract(epoch from started_at) * 1000)::bigint as started_at,
      (extract(epoch from heartbeat_at) * 1000)::bigint as heartbeat_at,
      (extract(epoch from clock_timestamp() - heartbeat_at) * 1000)::bigint as heartbeat_age_ms
    from processes where heartbeat_at > clock_timestamp() - ${FORGOTTEN_AFTER}::text::interval
    order by processes.heartbeat_at desc limit 1000`.execute(ledger.db);
  return rows;
}
