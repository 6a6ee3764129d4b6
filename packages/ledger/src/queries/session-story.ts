import { retryingKinds, storable, type RetryKind } from "@tachograph/record";
import { sql, type RawBuilder } from "kysely";
import type { Ledger } from "../connection.ts";
import { findSession } from "./sessions.ts";

/** Kinds of which the caller meant the very call that it repeats. */
const sameIntent: ReadonlySet<RetryKind> = new Set(["redelivery", "keyed_retry", "model_retry", "repeat"]);

/** A call that acted, or may have, after the same call had already acted, or may have. */
export interface SecondEffect {
  id: string;
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

type Attempt = [
  id: string,
  operationId: string | null,
  retryKind: RetryKind,
  retryOf: string | null,
  mayHaveActed: boolean,
  tool: string | null,
  startedAt: number,
];

/** Whether anything happened twice in a session, what was retried and what was denied; counted over all of its calls. */
export async function tellSession(
  ledger: Ledger,
  { project, sessionId }: { project: string; sessionId: string },
): Promise<SessionStory> {
  const session = await findSession(ledger, { project, sessionId });
  if (!session) return { twice: [], twiceCount: 0, retries: [], denials: [] };
  const inSession = sql`project = ${project} and session_id = ${storable(sessionId)}
    and id >= ${session.firstCallId}::uuid and id <= ${session.lastCallId}::uuid`;
  const isRetry = sql`retry_kind = any(${retryingKinds}::text[])`;
  const noRetries = { attempts: null, retries: null };
  // What a replay carries is the effect of its original: it made none itself. Of a long session most calls have nothing
  // to do with one another: only those that do are handed over.
  const chains = async (): Promise<{ attempts: Attempt[] | null; retries: ToolTrouble[] | null }> => {
    const { rows } = await sql<{ attempts: Attempt[] | null; retries: ToolTrouble[] | null }>`
      with calls as materialized (
        select id, operation_id, retry_kind, retry_of, server_name, tool, started_at, mutability <> 'read' as writes,
          effect <> 'none' and outcome <> 'duplicate_replayed' as may_have_acted
        from tool_calls where ${inSession} and (mutability <> 'read' or ${isRetry})
      ), again as (
        select retry_of from calls where writes and retry_of is not null and retry_kind = any(${[...sameIntent]}::text[])
      ), shared as (
        select operation_id from calls where writes and operation_id is not null group by operation_id having count(*) > 1
      )
      select (
        select json_agg(json_build_array(id, operation_id, retry_kind, retry_of, may_have_acted, tool,
          round(extract(epoch from started_at)::float8 * 1000)) order by id)
        from calls where writes and (retry_of is not null or id in (select retry_of from again)
          or operation_id in (select operation_id from shared))
      ) as attempts, (
        select json_agg(of_tool) from (${troublesOf(sql`calls where ${isRetry}`)}) as of_tool
      ) as retries`.execute(ledger.db);
    return rows[0] ?? noRetries;
  };
  const denied = () => sql<ToolTrouble>`${troublesOf(sql`tool_calls where ${inSession} and outcome = 'denied'`)}`;
  const [{ attempts, retries }, denials] = await Promise.all([
    session.retries + session.repeats + session.corrections > 0 ? chains() : noRetries,
    session.denials > 0 ? denied().execute(ledger.db) : { rows: [] },
  ]);
  const twice = secondEffects(attempts ?? []);
  return {
    twice: twice.slice(0, MAX_TWICE),
    twiceCount: twice.length,
    retries: retries ?? [],
    denials: denials.rows,
  };
}

const troublesOf = (source: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  select server_name as "serverName", tool, count(*)::int as calls,
    (extract(epoch from min(started_at)) * 1000)::float8 as "firstAt",
    (extract(epoch from max(started_at)) * 1000)::float8 as "lastAt"
  from ${source} group by server_name, tool order by calls desc, server_name, tool limit ${MAX_TOOLS}`;

/**
 * The attempts of one operation, and those that repeat one another whatever lay between, are one thing: all that acted
 * of it but the first acted again.
 */
function secondEffects(attempts: readonly Attempt[]): SecondEffect[] {
  const thingOf = new Map<string, string>();
  const thingByOperation = new Map<string, string>();
  const acted = new Set<string>();
  const again: SecondEffect[] = [];
  for (const [id, operationId, retryKind, retryOf, mayHaveActed, tool, startedAt] of attempts) {
    const thing =
      (operationId === null ? undefined : thingByOperation.get(operationId)) ??
      (retryOf !== null && sameIntent.has(retryKind) ? thingOf.get(retryOf) : undefined) ??
      id;
    thingOf.set(id, thing);
    if (operationId !== null && !thingByOperation.has(operationId)) thingByOperation.set(operationId, thing);
    if (!mayHaveActed) continue;
    if (acted.has(thing)) again.push({ id, tool, startedAt });
    acted.add(thing);
  }
  return again;
}
