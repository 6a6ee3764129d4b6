import { firstIdAt } from "@tachograph/record";
import { sql, type RawBuilder, type Transaction } from "kysely";
import type { Ledger } from "../connection.ts";
import type { Database } from "../database.ts";
import { DAY_MS, instant } from "../queries/window.ts";
import { addToCube, cubes, differenceOfCube, type Cube } from "./cubes.ts";
import { countIntoSessions, sessionFacts } from "./rollup-sql.ts";

export interface RebuildProgress {
  /** Days done, of how many. */
  days: number;
  ofDays: number;
  /** Counts and sessions so far that said something else than the rows. */
  correctedCounts: number;
  correctedSessions: number;
}

export type RebuildReport = Pick<RebuildProgress, "days" | "correctedCounts" | "correctedSessions">;

/**
 * Makes the rollups say what the rows say, for whole days (UTC) that have a partition or rows; all of them unless told
 * otherwise. Nobody has to stop writing. Rollups of days whose partitions were dropped are left alone.
 *
 * Writers store rows and what they add to the rollups in one transaction, so that in each snapshot the difference
 * between the two is the fault and nothing else. Counts are mended by adding that difference, while writers may add what
 * they bring. Sessions also say what cannot be added: those that differ are locked, which their writers wait for, and
 * told anew from the rows that are there then. Two rebuilds wait for each other at every step.
 */
export async function rebuildRollups(
  ledger: Ledger,
  options: { project?: string; from?: number; to?: number; onProgress?: (progress: RebuildProgress) => void } = {},
): Promise<RebuildReport> {
  const { project, onProgress } = options;
  const days = await listDays(ledger, options);
  const progress = { days: 0, ofDays: days.length, correctedCounts: 0, correctedSessions: 0 };
  for (const day of days) {
    const span = { project, from: day, to: day + DAY_MS };
    for (const cube of Object.values(cubes)) progress.correctedCounts += await rebuildCube(ledger, cube, span);
    progress.correctedSessions += await rebuildSessions(ledger, span);
    progress.days++;
    onProgress?.({ ...progress });
  }
  const { ofDays: _ofDays, ...report } = progress;
  return report;
}

interface Span {
  project: string | undefined;
  from: number;
  to: number;
}

/** Days as the milliseconds of their begin, the oldest first. */
async function listDays(
  ledger: Ledger,
  { from = -Infinity, to = Infinity }: { from?: number; to?: number },
): Promise<number[]> {
  const { rows } = await sql<{ day: number }>`
    select (extract(epoch from day) * 1000)::bigint as day from (
      select to_timestamp(right(c.relname, 8) || ' +00', 'YYYYMMDD TZH') as day
      from pg_inherits join pg_class c on c.oid = inhrelid
      where inhparent = 'tool_calls'::regclass and c.relname ~ '_[0-9]{8}$'
      union select date_trunc('day', id_time(id), 'UTC') from tool_calls_default
    ) as days order by 1`.execute(ledger.db);
  return rows.map(({ day }) => day).filter((day) => day + DAY_MS > from && day < to);
}

const ofProject = ({ project }: Span): RawBuilder<unknown> =>
  project === undefined ? sql`` : sql`and project = ${project}`;

const rowsOf = (span: Span): RawBuilder<unknown> => sql`
  select * from tool_calls
  where id >= ${firstIdAt(span.from)}::uuid and id < ${firstIdAt(span.to)}::uuid ${ofProject(span)}`;

/** The rows of a day may wait in the default partition, and take long to count. */
async function alone<Result>(
  ledger: Ledger,
  work: (transaction: Transaction<Database>) => Promise<Result>,
): Promise<Result> {
  return ledger.db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('tachograph rebuild', 0))`.execute(transaction);
    return work(transaction);
  });
}

/** @returns how many counts were mended */
function rebuildCube(ledger: Ledger, cube: Cube, span: Span): Promise<number> {
  const time = sql.ref(cube.time);
  return alone(ledger, async (transaction) => {
    const { numAffectedRows } = await sql`
      with calls as (${rowsOf(span)}),
      known as (
        select * from ${sql.table(cube.table)}
        where ${time} >= ${instant(span.from)} and ${time} < ${instant(span.to)} ${ofProject(span)}
      )
      ${sql.raw(addToCube(cube, `(${differenceOfCube(cube, "calls", "known")}) as difference`))}`.execute(transaction);
    // A count that a writer adds to meanwhile is none, and is seen as such once its writer is done.
    await sql`
      delete from ${sql.table(cube.table)}
      where ${time} >= ${instant(span.from)} and ${time} < ${instant(span.to)} ${ofProject(span)} and calls = 0`.execute(
      transaction,
    );
    return Number(numAffectedRows ?? 0);
  });
}

const SESSIONS_AT_ONCE = 500;

interface SessionKey {
  project: string;
  sessionId: string;
}

/** @returns how many sessions with calls in the span were mended */
async function rebuildSessions(ledger: Ledger, span: Span): Promise<number> {
  let mended = 0;
  let after: SessionKey | undefined;
  do {
    const { rows }: { rows: SessionKey[] } = await sql<SessionKey>`
      select distinct project, session_id from (${rowsOf(span)}) as calls
      where session_id is not null
        ${after === undefined ? sql`` : sql`and (project, session_id) > (${after.project}, ${after.sessionId})`}
      order by project, session_id limit ${SESSIONS_AT_ONCE}`.execute(ledger.db);
    const differing = rows.length === 0 ? [] : await listDiffering(ledger, rows);
    if (differing.length > 0) await mendSessions(ledger, differing);
    mended += differing.length;
    after = rows.length === SESSIONS_AT_ONCE ? rows.at(-1) : undefined;
  } while (after !== undefined);
  return mended;
}

const among = (keys: readonly SessionKey[]): RawBuilder<unknown> => sql`
  select project, session_id from unnest(${keys.map(({ project }) => project)}::text[],
    ${keys.map(({ sessionId }) => sessionId)}::text[]) as wanted(project, session_id)`;

/** The whole of these sessions, whatever days their calls are of. */
const callsOf = (keys: readonly SessionKey[]): RawBuilder<unknown> => sql`
  select calls.* from tool_calls as calls
  where project = any(${[...new Set(keys.map(({ project }) => project))]}::text[])
    and session_id = any(${[...new Set(keys.map(({ sessionId }) => sessionId))]}::text[])
    and (project, session_id) in (${among(keys)})`;

const facts = (of: string): RawBuilder<unknown> =>
  sql.raw(
    `row(${sessionFacts
      .split(",")
      .map((name) => `${of}.${name.trim()}`)
      .join(", ")})`,
  );

/** Sessions that say something else than their rows, in one snapshot; or that say nothing yet. */
async function listDiffering(ledger: Ledger, keys: readonly SessionKey[]): Promise<SessionKey[]> {
  const { rows } = await sql<SessionKey>`
    with calls as materialized (${callsOf(keys)})
    select told.project, told.session_id
    from (select project, session_id, ${sql.raw(sessionFacts)} from ${sql.raw(countIntoSessions("calls"))}) as told
    left join sessions using (project, session_id)
    where ${facts("told")} is distinct from ${facts("sessions")}
    order by told.project, told.session_id`.execute(ledger.db);
  return rows;
}

function mendSessions(ledger: Ledger, keys: readonly SessionKey[]): Promise<void> {
  return alone(ledger, async (transaction) => {
    // One that is missing must be there to be locked. It says too little until the statement after the lock.
    await sql`
      with calls as materialized (${callsOf(keys)})
      insert into sessions (project, session_id, ${sql.raw(sessionFacts)})
      select project, session_id, ${sql.raw(sessionFacts)} from ${sql.raw(countIntoSessions("calls"))}
      order by project, session_id on conflict do nothing`.execute(transaction);
    await sql`
      select from sessions where (project, session_id) in (${among(keys)})
      order by project, session_id for update`.execute(transaction);
    await sql`
      with calls as materialized (${callsOf(keys)})
      update sessions set (${sql.raw(sessionFacts)}) = ${facts("told")}
      from (select project, session_id, ${sql.raw(sessionFacts)} from ${sql.raw(countIntoSessions("calls"))}) as told
      where sessions.project = told.project and sessions.session_id = told.session_id`.execute(transaction);
  });
}
