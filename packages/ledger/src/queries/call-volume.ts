import { sql, type RawBuilder } from "kysely";
import { andFilter, type CallFilter } from "./call-filter.ts";
import { DAY_MS, HOUR_MS, idsIn, instant, MINUTE_MS, type Scope } from "./window.ts";

/** Fields that the rollups by hour and day know. */
export const rolledUpFields = ["outcome", "server_name", "tool", "retry_kind", "effect", "mutability"] as const;
const rolledUpFilters = ["outcomes", "retryKinds", "servers", "tools", "toolPrefix", "effects", "mutabilities"];

/** Below so many units of a rollup, counting rows is as quick. */
const WORTH_HOURS = 6;
export const WORTH_ROLLUP_MS = WORTH_HOURS * HOUR_MS;
const WORTH_DAYS = 2;
const WORTH_MINUTES = 60;

const knows = (known: readonly string[], filter: CallFilter): boolean =>
  Object.entries(filter).every(([field, value]) => value === undefined || known.includes(field));

/** Whether the rollups by hour and day can tell which calls pass. */
export const isRolledUp = (filter: CallFilter): boolean => knows(rolledUpFilters, filter);

/** Whether that by minute can. */
export const isRolledUpByMinute = (filter: CallFilter): boolean => knows(["outcomes"], filter);

/**
 * A relation `(at, server_name, tool, outcome, retry_kind, effect, mutability, calls, unknown_effects)` whose sums are
 * exact for the window: whole days and hours from the rollups where filter and `bucketMs` allow it, the rest from the
 * rows. Some of its counts are below zero; a sum that is zero stands for no call at all.
 */
export function callVolume(scope: Scope & { filter?: CallFilter; bucketMs?: number }): RawBuilder<unknown> {
  const { filter = {}, bucketMs = DAY_MS } = scope;
  if (!isRolledUp(filter) || bucketMs % HOUR_MS !== 0) return rows(scope);
  const parts = cut(scope, HOUR_MS, WORTH_HOURS);
  if (parts === undefined) return rows(scope);
  const inner = bucketMs % DAY_MS === 0 ? cut(parts.whole, DAY_MS, WORTH_DAYS) : undefined;
  const hours = (span: Span, sign?: -1): RawBuilder<unknown> =>
    counted("call_stats", "hour", { ...scope, ...span }, sign);
  const whole =
    inner === undefined
      ? [hours(parts.whole)]
      : [
          counted("call_days", "day", { ...scope, ...inner.whole }),
          ...inner.outside.map((span) => hours(span)),
          ...inner.beyond.map((span) => hours(span, -1)),
        ];
  return sql.join([...whole, ...corrections(scope, parts)], sql` union all `);
}

/** A relation `(at, outcome, calls)` like that of `callVolume`, for buckets of whole minutes and filters by outcome. */
export function outcomeVolume(scope: Scope & { filter?: CallFilter }): RawBuilder<unknown> {
  const parts = isRolledUpByMinute(scope.filter ?? {}) ? cut(scope, MINUTE_MS, WORTH_MINUTES) : undefined;
  if (parts === undefined) return rows(scope);
  const { project, filter = {} } = scope;
  const { from, to } = parts.whole;
  const minutes = sql`
    select minute as at, outcome, calls from call_minutes
    where project = ${project} and minute >= ${instant(from)} and minute < ${instant(to)} ${andFilter(filter)}`;
  const others = corrections(scope, parts).map((part) => sql`select at, outcome, calls from (${part}) as edge`);
  return sql.join([minutes, ...others], sql` union all `);
}

interface Span {
  from: number;
  to: number;
}

interface Cut {
  /** Whole units that cover the window about, and a little more or less at its ends. */
  whole: Span;
  /** What the window has besides, and what of `whole` lies outside of it. */
  outside: Span[];
  beyond: Span[];
}

/**
 * Cuts a window at whole units. At each end the nearer one is taken: what is missing there is counted, or what is too
 * much is taken off, whichever is less. A window until now ends with its last unit, of which nothing has to be counted.
 */
function cut({ from, to }: Span, unitMs: number, worth: number): Cut | undefined {
  const whole = { from: Math.round(from / unitMs) * unitMs, to: Math.round(to / unitMs) * unitMs };
  const last = Math.ceil(to / unitMs) * unitMs;
  if (last - whole.from < worth * unitMs || Math.floor(to / unitMs) * unitMs <= whole.from) return undefined;
  if (to > Date.now() - unitMs) whole.to = last;
  const spans = (...ends: Span[]): Span[] => ends.filter((span) => span.from < span.to);
  return {
    whole,
    outside: spans({ from, to: whole.from }, { from: whole.to, to }),
    beyond: spans({ from: whole.from, to: from }, { from: to, to: whole.to }),
  };
}

const corrections = (scope: Scope & { filter?: CallFilter }, { outside, beyond }: Cut): RawBuilder<unknown>[] => [
  ...outside.map((span) => rows({ ...scope, ...span })),
  ...beyond.map((span) => rows({ ...scope, ...span }, -1)),
];

function counted(
  table: "call_stats" | "call_days",
  time: "hour" | "day",
  { project, from, to, filter = {} }: Scope & { filter?: CallFilter },
  sign: 1 | -1 = 1,
): RawBuilder<unknown> {
  const calls = sign === 1 ? sql`calls` : sql`-calls`;
  return sql`
    select ${sql.ref(time)} as at, server_name, tool, outcome, retry_kind, effect, mutability, ${calls} as calls,
      case effect when 'unknown' then ${calls} else 0 end as unknown_effects
    from ${sql.table(table)}
    where project = ${project} and ${sql.ref(time)} >= ${instant(from)} and ${sql.ref(time)} < ${instant(to)}
      ${andFilter(filter)}`;
}

function rows({ filter = {}, ...scope }: Scope & { filter?: CallFilter }, sign: 1 | -1 = 1): RawBuilder<unknown> {
  const one = sql`${sql.lit(sign)}::bigint`;
  return sql`
    select id_time(id) as at, server_name, coalesce(tool, '') as tool, outcome, retry_kind, effect, mutability,
      ${one} as calls, case effect when 'unknown' then ${one} else 0 end as unknown_effects
    from tool_calls where project = ${scope.project} and ${idsIn(scope)} ${andFilter(filter)}`;
}
