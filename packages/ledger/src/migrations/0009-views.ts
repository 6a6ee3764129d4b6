import { sql, type Kysely } from "kysely";

/** Views of a screen that somebody keeps under a name, for themselves or for everybody in the project. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table saved_views (
      project text collate "C" not null,
      id uuid not null,
      screen text collate "C" not null,
      name text not null,
      query text not null,
      owner_id text not null references auth_user (id) on delete cascade,
      is_shared boolean not null default false,
      created_at timestamptz not null default clock_timestamp(),
      primary key (project, id),
      constraint name_given check (name <> '' and octet_length(name) <= 400),
      constraint query_within_limit check (octet_length(query) <= 4096)
    )`.execute(db);
  await sql`create unique index saved_views_name on saved_views (project, owner_id, screen, name)`.execute(db);
  await sql`comment on column saved_views.query is 'of the URL of the screen, without project'`.execute(db);
}
