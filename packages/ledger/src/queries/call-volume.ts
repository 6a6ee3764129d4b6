import { sql, type RawBuilder } from "kysely";
import { andFilter, type CallFilter } from "./call-filter.ts";
import { HOUR_MS, idsIn, instant, type Scope } from "./window.ts";

/** Fields that the hourly rollup knows. */
export const rolledUpFields = ["outcome", "server_name", "tool", "retry_kind"] as const;
const rolledUpFilters: ReadonlySet<string> = new Set(["outcomes", "retryKinds", "servers", "tools", "toolPrefix"]);

/** Below this, counting rows is as quick as joining the rollup with the edges of the window. */
const WORTH_ROLLUP_MS = 6 * HOUR_MS;

/**
 * A relation `(at, server_name, tool, outcome, retry_kind, calls, unknown_effects)` whose sums are exact for the
 * window: whole hours from the rollup where filter and `bucketMs` allow it, the rest from the rows.
 */
export function callVolume(scope: Scope & { filter?: CallFilter; bucketMs?: number }): RawBuilder<unknown> {
  const { project, from, to, filter = {}, bucketMs = HOUR_MS } = scope;
  const firstHour = Math.ceil(from / HOUR_MS) * HOUR_MS;
  const endHour = Math.floor(to / HOUR_MS) * HOUR_MS;
  const answerable = Object.entries(filter).every(
    ([field, value]) => value === undefined || rolledUpFilters.has(field),
  );
  if (!answerable || bucketMs % HOUR_MS !== 0 || endHour - firstHour < WORTH_ROLLUP_MS) return rows(scope);

  const edges = [
    { from, to: firstHour },
    { from: endHour, to },
  ].filter((edge) => edge.from < edge.to);
  return sql.join(
    [
      sql`
        select hour as at, server_name, tool, outcome, retry_kind, calls, unknown_effects from call_stats
        where project = ${project} and hour >= ${instant(firstHour)} and hour < ${instant(endHour)} ${andFilter(filter)}`,
      ...edges.map((edge) => rows({ project, filter, ...edge })),
    ],
    sql` union all `,
  );
}

function rows({ filter = {}, ...scope }: Scope & { filter?: CallFilter }): RawBuilder<unknown> {
  return sql`
    select id_time(id) as at, server_name, coalesce(tool, '') as tool, outcome, retry_kind, 1::bigint as calls,
      (effect = 'unknown')::int::bigint as unknown_effects
    from tool_calls where project = ${scope.project} and ${idsIn(scope)} ${andFilter(filter)}`;
}
