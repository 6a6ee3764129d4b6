import { sql } from "kysely";
import type { Ledger } from "../connection.ts";
import type { FieldCount } from "./call-counts.ts";
import { activeIn, matching, sessionSignals, type SessionFilter } from "./sessions.ts";
import type { Scope } from "./window.ts";

/** What sessions can be counted by: the value of a session, and the filter that it leaves out of account, its own. */
const facets = {
  client: { own: "clients", values: sql`select client_name as value` },
  principal: { own: "principals", values: sql`select unnest(principals) as value` },
  server: { own: "servers", values: sql`select unnest(servers) as value` },
  tool: { own: "tools", values: sql`select unnest(tools) as value` },
  only: {
    own: "onlyWith",
    values: sql`select unnest(array[${sql.join(
      sessionSignals.map((signal) => sql`case when ${sql.ref(signal)} > 0 then ${sql.lit(signal)} end`),
    )}]) as value`,
  },
} as const;

export type SessionFacet = keyof typeof facets;
const facetNames = Object.keys(facets) as SessionFacet[];

const MAX_VALUES = 50;
/** Of more sessions than these, only the newest are counted. */
const LOOKED_AT = 10_000;

/**
 * The 50 most frequent values of each field with how many sessions have them, all read in one scan of the window.
 *
 * @returns `ofNewest`: how many of the newest sessions of the window were counted; null where all were
 */
export async function countSessionsBy(
  ledger: Ledger,
  options: Scope & SessionFilter,
): Promise<{ facets: Record<SessionFacet, FieldCount[]>; ofNewest: number | null }> {
  const { search, ...filter } = options;
  const parts = facetNames.map((name) => {
    const { own, values } = facets[name];
    const others: SessionFilter = { ...filter };
    delete others[own];
    return sql`(
      select ${sql.lit(name)} as facet, value, count(*)::int as count
      from (${values} from counted_sessions where ${matching(others)}) as counted
      where value is not null group by value order by count desc, value limit ${MAX_VALUES})`;
  });
  const { rows } = await sql<FieldCount & { facet: SessionFacet | "looked" }>`
    with active as materialized (
      select last_call_id, session_id, client_name, principals, servers, tools,
        ${sql.join(sessionSignals.map((signal) => sql.ref(signal)))}
      from sessions where ${activeIn(options)} order by last_call_id desc limit ${LOOKED_AT + 1}
    ), counted_sessions as materialized (
      select * from (select * from active limit ${LOOKED_AT}) as newest where ${matching({ search })}
    )
    select 'looked' as facet, null as value, count(*)::int as count from active
    union all ${sql.join(parts, sql` union all `)}`.execute(ledger.db);
  const counts = Object.fromEntries(facetNames.map((name) => [name, [] as FieldCount[]]));
  let looked = 0;
  for (const { facet, value, count } of rows) {
    if (facet === "looked") looked = count;
    else counts[facet]?.push({ value, count });
  }
  return {
    facets: counts as Record<SessionFacet, FieldCount[]>,
    ofNewest: looked > LOOKED_AT ? LOOKED_AT : null,
  };
}
