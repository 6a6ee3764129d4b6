import { sql, type Kysely } from "kysely";

/** What lists and charts read instead of counting rows: maintained by the statement that inserts the rows. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table sessions (
      project text collate "C" not null,
      session_id text collate "C" not null,
      session_source text collate "C" not null,
      client_name text collate "C",
      client_version text collate "C",
      principals text[] collate "C" not null,
      servers text[] collate "C" not null,
      tools text[] collate "C" not null,
      first_call_id uuid not null,
      last_call_id uuid not null,
      first_call_at timestamptz not null,
      last_call_at timestamptz not null,
      calls bigint not null,
      outcomes jsonb not null,
      refusals bigint not null,
      denials bigint not null,
      errors bigint not null,
      retries bigint not null,
      corrections bigint not null,
      replays bigint not null,
      repeats bigint not null,
      unknown_effects bigint not null,
      primary key (project, session_id)
    )`.execute(db);
  await sql`create index sessions_last_call on sessions (project, last_call_id)`.execute(db);

  await sql`
    create table call_stats (
      project text collate "C" not null,
      hour timestamptz not null,
      server_name text collate "C" not null,
      tool text collate "C" not null,
      outcome text collate "C" not null,
      retry_kind text collate "C" not null,
      calls bigint not null,
      unknown_effects bigint not null,
      duration_us_sum bigint not null,
      duration_us_max bigint not null,
      primary key (project, hour, server_name, tool, outcome, retry_kind)
    ) with (fillfactor = 80)`.execute(db);

  await sql`
    create table processes (
      kind text collate "C" not null,
      instance_id uuid not null,
      started_at timestamptz not null,
      heartbeat_at timestamptz not null,
      detail jsonb not null,
      primary key (kind, instance_id)
    )`.execute(db);

  for (const [column, meaning] of Object.entries(columnComments)) {
    await sql`comment on column ${sql.raw(column)} is ${sql.lit(meaning)}`.execute(db);
  }
}

const columnComments = {
  "sessions.principals": "the first 64 in byte order",
  "sessions.servers": "the first 64 in byte order",
  "sessions.tools": "the first 64 in byte order",
  "sessions.first_call_id": "lower bound of the session's rows in tool_calls",
  "sessions.last_call_id": "upper bound of the session's rows in tool_calls; sorts sessions by last activity",
  "sessions.outcomes": "{outcome: calls}",
  "sessions.denials": "calls with outcome denied",
  "sessions.errors": "calls that were accepted and did not succeed",
  "sessions.retries": "calls of a kind that tries again what failed or may have failed",
  "sessions.corrections": "calls of kind corrected_retry",
  "sessions.replays": "calls with outcome duplicate_replayed",
  "sessions.repeats": "calls of kind repeat: possible double writes",
  "call_stats.hour": "hour (UTC) of the time in the call's id",
  "call_stats.tool": "empty where the call named none",
  "call_stats.duration_us_sum": "microseconds",
  "call_stats.duration_us_max": "microseconds",
  "processes.heartbeat_at": "on the database's clock",
};
