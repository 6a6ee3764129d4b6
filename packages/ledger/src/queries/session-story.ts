import { retryingKinds, storable, type RetryKind } from "@tachograph/record";
import { sql } from "kysely";
import type { Ledger } from "../connection.ts";
import { findSession } from "./sessions.ts";

/** Kinds of which the caller meant the very call that it repeats. */
const sameIntent: readonly RetryKind[] = ["redelivery", "keyed_retry", "model_retry", "repeat"];

/** A call that acted, or may have, after the same call had already acted, or may have. */
export interface SecondEffect {
  id: string;
  serverName: string;
  tool: string | null;
  startedAt: number;
}

export interface ToolTrouble {
  serverName: string;
  tool: string | null;
  calls: number;
  firstAt: number;
  lastAt: number;
}

/** What somebody asks of a session first. */
export interface SessionStory {
  /** The first of them, oldest first. */
  twice: SecondEffect[];
  twiceCount: number;
  /** Per tool, most first. */
  retries: ToolTrouble[];
  denials: ToolTrouble[];
}

const MAX_TWICE = 5;
const MAX_TOOLS = 3;

/** Whether anything happened twice in a session, what was retried and what was denied; counted over all of its calls. */
export async function tellSession(
  ledger: Ledger,
  { project, sessionId }: { project: string; sessionId: string },
): Promise<SessionStory> {
  const session = await findSession(ledger, { project, sessionId });
  if (!session) return { twice: [], twiceCount: 0, retries: [], denials: [] };
  const inSession = sql`project = ${project} and session_id = ${storable(sessionId)}
    and id >= ${session.firstCallId}::uuid and id <= ${session.lastCallId}::uuid`;
  // What a replay carries is the effect of its original: it made none itself.
  const twice = sql<SecondEffect & { total: number }>`
    with acted as materialized (
      select id, server_name, tool, started_at, operation_id, retry_of, retry_kind from tool_calls
      where ${inSession} and mutability <> 'read' and effect <> 'none' and outcome <> 'duplicate_replayed'
    ),
    executions as (
      select id, row_number() over (partition by operation_id order by id) as execution
      from acted where operation_id is not null
    )
    select id, server_name, tool, (extract(epoch from started_at) * 1000)::float8 as started_at,
      count(*) over ()::int as total
    from acted
    where id in (select id from executions where execution > 1)
      or (retry_kind = any(${sameIntent}::text[]) and retry_of in (select id from acted))
    order by id limit ${MAX_TWICE}`.execute(ledger.db);
  const troubles = (condition: ReturnType<typeof sql<boolean>>) =>
    sql<ToolTrouble>`
      select server_name, tool, count(*)::int as calls,
        (extract(epoch from min(started_at)) * 1000)::float8 as first_at,
        (extract(epoch from max(started_at)) * 1000)::float8 as last_at
      from tool_calls where ${inSession} and ${condition}
      group by server_name, tool order by calls desc, server_name, tool limit ${MAX_TOOLS}`.execute(ledger.db);
  const none = { rows: [] };
  const [found, retries, denials] = await Promise.all([
    twice,
    session.retries > 0 ? troubles(sql<boolean>`retry_kind = any(${retryingKinds}::text[])`) : none,
    session.denials > 0 ? troubles(sql<boolean>`outcome = 'denied'`) : none,
  ]);
  return {
    twice: found.rows.map(({ total: _total, ...call }) => call),
    twiceCount: found.rows[0]?.total ?? 0,
    retries: retries.rows,
    denials: denials.rows,
  };
}
