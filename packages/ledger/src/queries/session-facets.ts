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

/** The 50 most frequent values of each field with how many sessions have them, all read in one scan of the window. */
export async function countSessionsBy(
  ledger: Ledger,
  options: Scope & SessionFilter,
): Promise<Record<SessionFacet, FieldCount[]>> {
  const { search, ...filter } = options;
  const parts = facetNames.map((name) => {
    const { own, values } = facets[name];
    const others: SessionFilter = { ...filter };
    delete others[own];
    return sql`(
      select ${sql.lit(name)} as facet, value, count(*)::int as count
      from (${values} from active where ${matching(others)}) as counted
      where value is not null group by value order by count desc, value limit ${MAX_VALUES})`;
  });
  const { rows } = await sql<FieldCount & { facet: SessionFacet }>`
    with active as materialized (
      select client_name, principals, servers, tools, ${sql.join(sessionSignals.map((signal) => sql.ref(signal)))}
      from sessions where ${activeIn(options)} and ${matching({ search })}
    )
    ${sql.join(parts, sql` union all `)}`.execute(ledger.db);
  const counts = Object.fromEntries(facetNames.map((name) => [name, [] as FieldCount[]]));
  for (const { facet, value, count } of rows) counts[facet]?.push({ value, count });
  return counts as Record<SessionFacet, FieldCount[]>;
}
