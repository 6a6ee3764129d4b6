import { retryingKinds, storable, type RetryKind } from "@tachograph/record";
import { sql } from "kysely";
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
  // What a replay carries is the effect of its original: it made none itself.
  const attempts = sql<{ attempts: Attempt[] | null }>`
    select json_agg(json_build_array(id, operation_id, retry_kind, retry_of,
      effect <> 'none' and outcome <> 'duplicate_replayed', tool,
      round(extract(epoch from started_at)::float8 * 1000)) order by id) as attempts
    from tool_calls where ${inSession} and mutability <> 'read'`.execute(ledger.db);
  const troubles = (condition: ReturnType<typeof sql<boolean>>) =>
    sql<ToolTrouble>`
      select server_name, tool, count(*)::int as calls,
        (extract(epoch from min(started_at)) * 1000)::float8 as first_at,
        (extract(epoch from max(started_at)) * 1000)::float8 as last_at
      from tool_calls where ${inSession} and ${condition}
      group by server_name, tool order by calls desc, server_name, tool limit ${MAX_TOOLS}`.execute(ledger.db);
  const none = { rows: [] };
  const [found, retries, denials] = await Promise.all([
    attempts,
    session.retries > 0 ? troubles(sql<boolean>`retry_kind = any(${retryingKinds}::text[])`) : none,
    session.denials > 0 ? troubles(sql<boolean>`outcome = 'denied'`) : none,
  ]);
  const twice = secondEffects(found.rows[0]?.attempts ?? []);
  return {
    twice: twice.slice(0, MAX_TWICE),
    twiceCount: twice.length,
    retries: retries.rows,
    denials: denials.rows,
  };
}

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
