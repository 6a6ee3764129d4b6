import type { Outcome } from "@tachograph/record";
import { sql } from "kysely";
import type { Ledger } from "../connection.ts";
import { andFilter, type CallFilter } from "./call-filter.ts";
import { callVolume, rolledUpFields } from "./call-volume.ts";
import { chooseBucketMs, idsIn, type Scope } from "./window.ts";

/** What calls can be counted by, each with the filters that it leaves out of account: its own. */
const ownFilters = {
  outcome: ["outcomes"],
  server_name: ["servers"],
  tool: ["tools", "toolPrefix"],
  retry_kind: ["retryKinds"],
  effect: ["effects"],
  mutability: ["mutabilities"],
  principal: ["principal"],
  error_code: ["errorCode"],
  client_name: [],
  transport: [],
  rule: [],
} as const satisfies Record<string, readonly (keyof CallFilter)[]>;

export type CountedField = keyof typeof ownFilters;

export interface FieldCount {
  value: string | null;
  count: number;
}

/** The 50 most frequent values of a field, with every filter in force but the field's own. */
export async function countCallsBy(
  ledger: Ledger,
  options: Scope & { filter?: CallFilter; field: CountedField },
): Promise<FieldCount[]> {
  const { project, field } = options;
  const filter: CallFilter = { ...options.filter };
  for (const own of ownFilters[field]) delete filter[own];

  const rolledUp = (rolledUpFields as readonly string[]).includes(field);
  const source = rolledUp
    ? sql`select nullif(${sql.ref(field)}, '') as value, calls from (${callVolume({ ...options, filter })}) as volume`
    : sql`select ${sql.ref(field)} as value, 1 as calls from tool_calls
        where project = ${project} and ${idsIn(options)} ${andFilter(filter)}`;
  const { rows } = await sql<FieldCount>`
    select value, sum(calls)::bigint as count from (${source}) as counted
    group by value order by count desc, value limit 50`.execute(ledger.db);
  return rows;
}

export interface CallHistogram {
  /** As asked for. */
  from: number;
  to: number;
  bucketMs: number;
  /** Buckets begin at whole multiples of `bucketMs` since the epoch; those without calls are left out. */
  buckets: { at: number; outcome: Outcome; calls: number }[];
}

/** Calls by time and outcome, in at most 180 buckets. */
export async function getCallHistogram(
  ledger: Ledger,
  options: Scope & { filter?: CallFilter },
): Promise<CallHistogram> {
  const { from, to } = options;
  const bucketMs = chooseBucketMs(options);
  const { rows } = await sql<{ at: number; outcome: Outcome; calls: number }>`
    select (extract(epoch from date_bin(${bucketMs / 1000} * interval '1 second', at, 'epoch'::timestamptz)) * 1000)::bigint as at,
      outcome, sum(calls)::bigint as calls
    from (${callVolume({ ...options, bucketMs })}) as volume
    group by 1, outcome order by 1, outcome`.execute(ledger.db);
  return { from, to, bucketMs, buckets: rows };
}
