import { idTime, type Outcome } from "@tachograph/record";
import { sql, type RawBuilder } from "kysely";
import type { Ledger } from "../connection.ts";
import { andFilter, type CallFilter } from "./call-filter.ts";
import { callVolume, isRolledUp, isRolledUpByMinute, outcomeVolume, rolledUpFields } from "./call-volume.ts";
import { above, LOOKED_AT, lookBack } from "./look-back.ts";
import { chooseBucketMs, DAY_MS, HOUR_MS, idsIn, type Scope } from "./window.ts";

/** What calls can be counted by, each with the filters that it leaves out of account: its own. */
const ownFilters = {
  outcome: ["outcomes"],
  server_name: ["servers"],
  tool: ["tools", "toolPrefix"],
  retry_kind: ["retryKinds"],
  effect: ["effects"],
  mutability: ["mutabilities"],
  principal: ["principals"],
  error_code: ["errorCodes"],
  client_name: ["clients"],
  transport: [],
  rule: [],
} as const satisfies Record<string, readonly (keyof CallFilter)[]>;

export type CountedField = keyof typeof ownFilters;

export interface FieldCount {
  value: string | null;
  count: number;
}

export interface FieldCounts {
  /** The 50 most frequent values. */
  values: FieldCount[];
  /** Of so many of the newest rows only; null where all were counted. */
  ofNewest: number | null;
}

/** The most frequent values of fields, each with every filter in force but the field's own. */
export async function countCallsBy<Field extends CountedField>(
  ledger: Ledger,
  options: Scope & { filter?: CallFilter; fields: readonly Field[] },
): Promise<Record<Field, FieldCounts>> {
  const alike = new Map<string, { filter: CallFilter; fields: Field[]; rolledUp: boolean }>();
  for (const field of options.fields) {
    const filter: CallFilter = { ...options.filter };
    for (const own of ownFilters[field]) delete filter[own];
    const rolledUp = (rolledUpFields as readonly string[]).includes(field) && isRolledUp(filter);
    const key = JSON.stringify([filter, rolledUp]);
    const group = alike.get(key) ?? { filter, fields: [], rolledUp };
    group.fields.push(field);
    alike.set(key, group);
  }
  const counted = await Promise.all([...alike.values()].map((group) => countAlike(ledger, { ...options, ...group })));
  return Object.assign({}, ...counted) as Record<Field, FieldCounts>;
}

/** Counts the fields that one filter holds for in one scan. */
async function countAlike(
  ledger: Ledger,
  options: Scope & { filter: CallFilter; fields: readonly CountedField[]; rolledUp: boolean },
): Promise<Partial<Record<CountedField, FieldCounts>>> {
  const { project, filter, fields, rolledUp } = options;
  const looked = rolledUp ? { afterId: null } : await lookBack(ledger, options);
  const source = rolledUp
    ? callVolume(options)
    : sql`select *, 1 as calls from tool_calls
        where project = ${project} and ${idsIn(options)} ${above(looked)} ${andFilter(filter)}`;
  const values = await countValues(ledger, { source, fields, most: 50 });
  const ofNewest = looked.afterId === null ? null : LOOKED_AT;
  return Object.fromEntries(fields.map((name) => [name, { values: values[name], ofNewest }]));
}

/** The `most` frequent values of each field of `source`, whose rows count `calls`, all in one scan. */
export async function countValues<Field extends string>(
  ledger: Ledger,
  { source, fields, most }: { source: RawBuilder<unknown>; fields: readonly Field[]; most: number },
): Promise<Record<Field, FieldCount[]>> {
  const names = fields.map((field) => sql.ref(field));
  const { rows } = await sql<{ field: number; value: string | null; count: number }>`
    select field, value, count from (
      select field, value, count, row_number() over (partition by field order by count desc, value) as place from (
        select array_position(array[${sql.join(names.map((name) => sql`grouping(${name})`))}], 0) as field,
          nullif(coalesce(${sql.join(names)}), '') as value, sum(calls)::bigint as count
        from (${source}) as counted
        group by grouping sets (${sql.join(names.map((name) => sql`(${name})`))})
        having sum(calls) > 0
      ) as sums
    ) as ranked where place <= ${most} order by field, place`.execute(ledger.db);
  const counts = Object.fromEntries(fields.map((name) => [name, [] as FieldCount[]])) as Record<Field, FieldCount[]>;
  for (const { field, value, count } of rows) counts[fields[field - 1] as Field].push({ value, count });
  return counts;
}

export interface CallHistogram {
  /** As asked for. */
  from: number;
  to: number;
  bucketMs: number;
  /** Since when calls were counted: later than `from` where looking at all of them would take too long. */
  countedFrom: number;
  /** Buckets begin at whole multiples of `bucketMs` since the epoch; those without calls are left out. */
  buckets: { at: number; outcome: Outcome; calls: number }[];
}

/** From so many hours and days on, buckets of one are enough where a rollup by it can tell. */
const HOURS_ENOUGH = 12;
const DAYS_ENOUGH = 21;

function chooseHistogram(options: Scope & { filter: CallFilter }): { bucketMs: number; byMinute: boolean } {
  const chosen = chooseBucketMs(options);
  const length = options.to - options.from;
  if (!isRolledUp(options.filter)) return { bucketMs: chosen, byMinute: false };
  if (chosen < HOUR_MS && isRolledUpByMinute(options.filter)) return { bucketMs: chosen, byMinute: true };
  const enough = length >= DAYS_ENOUGH * DAY_MS ? DAY_MS : length >= HOURS_ENOUGH * HOUR_MS ? HOUR_MS : 0;
  return { bucketMs: Math.max(chosen, enough), byMinute: false };
}

/** Calls by time and outcome, in at most 180 buckets. */
export async function getCallHistogram(
  ledger: Ledger,
  options: Scope & { filter?: CallFilter },
): Promise<CallHistogram> {
  const { from, to, filter = {} } = options;
  const { bucketMs, byMinute } = chooseHistogram({ ...options, filter });
  const looked = isRolledUp(filter) ? { afterId: null } : await lookBack(ledger, options);
  const countedFrom = looked.afterId === null ? from : idTime(looked.afterId) + 1;
  const scope = { ...options, from: countedFrom, bucketMs };
  const { rows } = await sql<{ at: number; outcome: Outcome; calls: number }>`
    select (extract(epoch from date_bin(${bucketMs / 1000} * interval '1 second', at, 'epoch'::timestamptz)) * 1000)::bigint as at,
      outcome, sum(calls)::bigint as calls
    from (${byMinute ? outcomeVolume(scope) : callVolume(scope)}) as volume
    group by 1, outcome having sum(calls) > 0 order by 1, outcome`.execute(ledger.db);
  return { from, to, bucketMs, countedFrom, buckets: rows };
}
