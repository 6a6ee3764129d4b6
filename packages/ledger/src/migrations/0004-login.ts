import { sql, type Kysely } from "kysely";

/**
 * Who may open the dashboard, and their sessions. The tables are those of better-auth, with its names in snake_case;
 * deleting a row of `auth_session` signs its bearer out at once.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table auth_user (
      id text primary key,
      name text not null,
      email text not null unique,
      email_verified boolean not null,
      image text,
      role text not null default 'viewer' check (role in ('viewer', 'operator', 'auditor', 'admin', 'owner')),
      created_at timestamptz not null default clock_timestamp(),
      updated_at timestamptz not null default clock_timestamp()
    )`.execute(db);

  await sql`
    create table auth_session (
      id text primary key,
      user_id text not null references auth_user (id) on delete cascade,
      token text not null unique,
      expires_at timestamptz not null,
      ip_address text,
      user_agent text,
      created_at timestamptz not null default clock_timestamp(),
      updated_at timestamptz not null
    )`.execute(db);
  await sql`create index auth_session_user on auth_session (user_id)`.execute(db);

  await sql`
    create table auth_account (
      id text primary key,
      user_id text not null references auth_user (id) on delete cascade,
      account_id text not null,
      provider_id text not null,
      access_token text,
      refresh_token text,
      id_token text,
      access_token_expires_at timestamptz,
      refresh_token_expires_at timestamptz,
      scope text,
      password text,
      created_at timestamptz not null default clock_timestamp(),
      updated_at timestamptz not null
    )`.execute(db);
  await sql`create index auth_account_user on auth_account (user_id)`.execute(db);

  await sql`
    create table auth_verification (
      id text primary key,
      identifier text not null,
      value text not null,
      expires_at timestamptz not null,
      created_at timestamptz not null default clock_timestamp(),
      updated_at timestamptz not null default clock_timestamp()
    )`.execute(db);
  await sql`create index auth_verification_identifier on auth_verification (identifier)`.execute(db);

  await sql`
    comment on column auth_user.role is
      'viewer: rows; operator: and alerts; auditor: rows and payloads; admin: users and settings, no payloads; owner: who started this instance, everything'
  `.execute(db);
  await sql`comment on column auth_verification.identifier is 'of a one-time link: the hash of its token'`.execute(db);
}
