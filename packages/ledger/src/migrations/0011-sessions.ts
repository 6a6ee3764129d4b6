import { sql, type Kysely } from "kysely";

/** What sessions are sorted by besides what is counted: computed by Postgres from the counters, whoever writes them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table sessions
      add column duration_ms bigint not null
        generated always as ((extract(epoch from last_call_at - first_call_at) * 1000)::bigint) stored,
      add column risk smallint not null generated always as (least(100,
        case when repeats > 0 then least(50, 10 + 15 * repeats) else 0 end
        + case when unknown_effects > 0 then least(40, 10 + 10 * unknown_effects) else 0 end
        + least(25, retries + 15 * retries / greatest(calls, 1))
        + least(20, 4 * denials)
        + least(15, 5 * coalesce((outcomes ->> 'key_conflict')::bigint, 0))
        + least(10, errors)
      )::smallint) stored`.execute(db);
  for (const [column, meaning] of Object.entries(columnComments)) {
    await sql`comment on column ${sql.raw(column)} is ${sql.lit(meaning)}`.execute(db);
  }
}

const columnComments = {
  "sessions.duration_ms": "milliseconds from the start of the first call to that of the last",
  "sessions.risk": "0 to 100, from the counters; the dashboard tells its parts in words",
};
