import type { CallRecord, RejectedCall } from "@tachograph/record";
import { sql, type RawBuilder } from "kysely";
import type { Ledger } from "../connection.ts";
import { abandoned, unknown } from "./operation-sql.ts";

const BATCH = 500;
/** Read once, so that an index can be asked for it. */
const NOW = sql`(select clock_timestamp())`;

export interface SweepReport {
  /** Operations whose owner is gone, and that must not run again by themselves: unknown now. */
  lapsed: number;
  /** Operations whose owner is gone, and that may be taken over: no longer in the way of their twins. */
  freed: number;
  /** Rows of deliveries that never came from a journal. */
  recorded: number;
  /** Rows that the trail will never take; their deliveries stay with the operation. */
  rejected: RejectedCall[];
  /** Settled operations whose time to answer replays has ended. */
  removed: number;
  /** Whether something was left for the next time. */
  more: boolean;
}

/**
 * What operations need from time to time, every ten seconds or so. Any number of workers may do it at once.
 *
 * @param options.limit - How many operations of each kind to look at. @defaultValue 10,000
 * @param options.rowGraceMs - How long a journal has to bring the row of a delivery. @defaultValue 30,000
 */
export async function sweepOperations(
  ledger: Ledger,
  { limit = 10_000, rowGraceMs = 30_000 }: { limit?: number; rowGraceMs?: number } = {},
): Promise<SweepReport> {
  const rejected: RejectedCall[] = [];
  let more = false;

  async function inBatches(step: (size: number) => Promise<{ seen: number; done: number }>): Promise<number> {
    let done = 0;
    for (let left = limit; left > 0;) {
      const size = Math.min(BATCH, left);
      const batch = await step(size);
      done += batch.done;
      left -= batch.seen;
      if (batch.seen < size) return done;
    }
    more = true;
    return done;
  }

  const lapsed = await inBatches((size) => endLeases(ledger, size, "at_most_once"));
  const freed = await inBatches((size) => endLeases(ledger, size, "others"));
  const recorded = await inBatches(async (size) => {
    const due = await listUnrecorded(ledger, size, rowGraceMs);
    return { seen: due.length, done: await recordDue(ledger, due, rejected) };
  });
  const removed = await inBatches((size) => removeExpired(ledger, size));
  return { lapsed, freed, recorded, rejected, removed, more };
}

async function endLeases(
  ledger: Ledger,
  size: number,
  modes: "at_most_once" | "others",
): Promise<{ seen: number; done: number }> {
  const which =
    modes === "at_most_once"
      ? sql`o.mode = 'at_most_once'`
      : sql`o.mode <> 'at_most_once' and (o.guard is not null or o.call is not null)`;
  const { rows } = await sql`
    with due as materialized (
      select o.project, o.id from operations o
      where o.state = 'in_flight' and ${which} and o.lease_expires_at <= ${NOW}
      order by o.lease_expires_at limit ${size} for update skip locked
    )
    update operations o set ${sql.raw(modes === "at_most_once" ? unknown : abandoned)} from due where o.project = due.project and o.id = due.id
    returning o.id`.execute(ledger.db);
  return { seen: rows.length, done: rows.length };
}

/** Deliveries of one operation that wait for their rows. */
interface Unrecorded {
  project: string;
  id: string;
  callId: string;
  call: CallRecord | null;
  earlierCalls: CallRecord[] | null;
  /** As Postgres writes it, to tell whether it is still the same. */
  earlierText: string | null;
}

async function listUnrecorded(ledger: Ledger, size: number, rowGraceMs: number): Promise<Unrecorded[]> {
  const due = sql`(select clock_timestamp() - ${rowGraceMs}::float8 * interval '1 millisecond')`;
  const { rows } = await sql<Unrecorded>`
    (select o.project, o.id, o.call_id, o.call::jsonb as call, null as earlier_calls, null as earlier_text from operations o
      where o.call is not null and o.call_fault is null and o.state <> 'in_flight' and o.settled_at <= ${due}
      order by o.settled_at limit ${size})
    union all
    (select o.project, o.id, o.call_id, null, o.earlier_calls, o.earlier_calls::text from operations o
      where o.earlier_calls is not null and o.call_fault is null and o.earlier_since <= ${due}
      order by o.earlier_since limit ${size})
    limit ${size}`.execute(ledger.db);
  return rows;
}

async function recordDue(ledger: Ledger, due: Unrecorded[], rejected: RejectedCall[]): Promise<number> {
  if (due.length === 0) return 0;
  const calls = due.flatMap(({ call, earlierCalls }) => earlierCalls ?? (call === null ? [] : [call]));
  const stored = await listStored(ledger, calls);
  const missing = calls.filter(({ id }) => !stored.has(id)).map((call) => ({ call, payload: null }));
  const report = missing.length === 0 ? undefined : await ledger.record({ calls: missing, definitions: [] });
  const faults = new Map(report?.rejected.map(({ id, reason }) => [id, reason]));
  rejected.push(...(report?.rejected ?? []));
  await settleRows(ledger, due, faults);
  return report?.inserted ?? 0;
}

/** The ids among these of which the trail has the rows. Their ids say which partitions to look in. */
async function listStored(ledger: Ledger, calls: readonly CallRecord[]): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select id from tool_calls
    where project = any(${[...new Set(calls.map(({ project }) => project))]}::text[])
      and id = any(${calls.map(({ id }) => id)}::text[]::uuid[])`.execute(ledger.db);
  return new Set(rows.map(({ id }) => id));
}

/** Forgets the deliveries whose rows are stored; notes why where one was refused. */
async function settleRows(ledger: Ledger, due: Unrecorded[], faults: ReadonlyMap<string, string>): Promise<void> {
  const rows = due.map(({ call, earlierCalls, ...row }) => {
    const ids = (earlierCalls ?? (call === null ? [] : [call])).map(({ id }) => id);
    return { ...row, fault: ids.map((id) => faults.get(id)).find((reason) => reason !== undefined) ?? null };
  });
  const latest = rows.filter(({ earlierText }) => earlierText === null);
  const earlier = rows.filter(({ earlierText }) => earlierText !== null);
  // An operation may be among both, and one statement would update it once.
  await forget(ledger, latest, {
    same: sql`o.call_id = s."callId" and o.state <> 'in_flight'`,
    set: sql`call = case when s.fault is null then null else o.call end`,
  });
  await forget(ledger, earlier, {
    same: sql`o.earlier_calls = s."earlierText"::jsonb`,
    set: sql`
      earlier_calls = case when s.fault is not null then o.earlier_calls end,
      earlier_since = case when s.fault is not null then o.earlier_since end`,
  });
}

async function forget(
  ledger: Ledger,
  rows: readonly object[],
  { same, set }: { same: RawBuilder<unknown>; set: RawBuilder<unknown> },
): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    with stored as materialized (
      select o.project, o.id, s.fault
      from json_to_recordset(${JSON.stringify(rows)}::text::json)
        as s(project text, id text, "callId" uuid, "earlierText" text, fault text)
      join operations o on o.project = s.project and o.id = s.id
      where ${same}
      for update of o skip locked
    )
    update operations o set call_fault = coalesce(s.fault, o.call_fault), ${set} from stored s
    where o.project = s.project and o.id = s.id`.execute(ledger.db);
}

async function removeExpired(ledger: Ledger, size: number): Promise<{ seen: number; done: number }> {
  const { rows } = await sql`
    with due as materialized (
      select o.project, o.id from operations o
      where o.expires_at <= ${NOW} and o.state not in ('in_flight', 'unknown')
        and (o.call_fault is not null or (o.call is null and o.earlier_calls is null))
      order by o.expires_at limit ${size} for update skip locked
    ),
    removed as (
      delete from operations o using due where o.project = due.project and o.id = due.id returning o.project, o.id
    ),
    results as (
      delete from operation_results r using removed where r.project = removed.project and r.id = removed.id
    )
    select id from removed`.execute(ledger.db);
  return { seen: rows.length, done: rows.length };
}
