import { sql, type Kysely } from "kysely";

const kinds = `
  server_name text collate "C" not null,
  tool text collate "C" not null,
  outcome text collate "C" not null,
  effect text collate "C" not null,
  mutability text collate "C" not null,
  retry_kind text collate "C" not null`;
const kindNames = "server_name, tool, outcome, effect, mutability, retry_kind";

/** What makes reading cost the same however many calls there are: counts by day and by minute, and indexes for lists. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`drop table call_stats`.execute(db);
  await sql`
    create table call_stats (
      project text collate "C" not null,
      hour timestamptz not null,${sql.raw(kinds)},
      calls bigint not null,
      duration_us_sum bigint not null,
      primary key (project, hour, ${sql.raw(kindNames)})
    ) with (fillfactor = 80)`.execute(db);
  await sql`
    create table call_days (
      project text collate "C" not null,
      day timestamptz not null,${sql.raw(kinds)},
      calls bigint not null,
      primary key (project, day, ${sql.raw(kindNames)})
    ) with (fillfactor = 80)`.execute(db);
  await sql`
    create table call_minutes (
      project text collate "C" not null,
      minute timestamptz not null,
      outcome text collate "C" not null,
      calls bigint not null,
      primary key (project, minute, outcome)
    ) with (fillfactor = 80)`.execute(db);

  await sql`
    insert into call_stats
    select project, date_trunc('hour', id_time(id), 'UTC'), server_name, coalesce(tool, ''), outcome, effect, mutability,
      retry_kind, count(*), sum(duration_us)
    from tool_calls group by 1, 2, 3, 4, 5, 6, 7, 8`.execute(db);
  await sql`
    insert into call_days
    select project, date_trunc('day', hour, 'UTC'), ${sql.raw(kindNames)}, sum(calls)
    from call_stats group by 1, 2, 3, 4, 5, 6, 7, 8`.execute(db);
  await sql`
    insert into call_minutes
    select project, date_trunc('minute', id_time(id), 'UTC'), outcome, count(*) from tool_calls group by 1, 2, 3`.execute(
    db,
  );

  await sql`
    create index tool_calls_operation on tool_calls (project, operation_id, id) where operation_id is not null`.execute(
    db,
  );
  await sql`create index sessions_calls on sessions (project, calls, last_call_id)`.execute(db);
  for (const signal of ["denials", "retries", "errors"]) {
    await sql`
      create index ${sql.ref(`sessions_${signal}`)} on sessions (project, ${sql.ref(signal)}, last_call_id)
      where ${sql.ref(signal)} > 0`.execute(db);
  }

  for (const [column, meaning] of Object.entries(columnComments)) {
    await sql`comment on column ${sql.raw(column)} is ${sql.lit(meaning)}`.execute(db);
  }
}

const columnComments = {
  "call_stats.hour": "hour (UTC) of the time in the call's id",
  "call_stats.tool": "empty where the call named none",
  "call_stats.duration_us_sum": "microseconds",
  "call_days.day": "day (UTC) of the time in the call's id",
  "call_days.tool": "empty where the call named none",
  "call_minutes.minute": "minute of the time in the call's id",
};
