import { sql, type Kysely } from "kysely";
import { closedSet } from "./closed-set.ts";

const roles = ["none", "viewer", "operator", "auditor", "admin", "owner"];
const memberRoles = roles.filter((role) => role !== "owner");
const linkPurposes = ["invitation", "password_reset"];
const actions = [
  "payload_viewed",
  "payloads_opened",
  "payloads_closed",
  "searched",
  "signed_in",
  "sign_in_failed",
  "signed_out",
  "user_changed",
  "key_created",
  "key_revoked",
  "key_used",
  "project_created",
  "operation_reconciled",
  "exported",
];

/** Who may look at which project, with what, and who did. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table auth_user drop constraint auth_user_role_check`.execute(db);
  await sql`alter table auth_user add ${closedSet("role", roles)}, add column disabled_at timestamptz`.execute(db);

  await sql`
    create table project_members (
      project text collate "C" not null references projects (name),
      user_id text not null references auth_user (id) on delete cascade,
      role text collate "C" not null,
      primary key (project, user_id),
      ${closedSet("role", memberRoles)}
    )`.execute(db);
  await sql`create index project_members_user on project_members (user_id)`.execute(db);

  await sql`
    create table auth_link (
      token_hash bytea primary key,
      user_id text not null references auth_user (id) on delete cascade,
      purpose text collate "C" not null,
      expires_at timestamptz not null,
      ${closedSet("purpose", linkPurposes)}
    )`.execute(db);
  await sql`create index auth_link_user on auth_link (user_id)`.execute(db);

  await sql`
    create table payload_grants (
      project text collate "C" not null references projects (name),
      session_id text not null references auth_session (id) on delete cascade,
      reason text not null,
      expires_at timestamptz not null,
      primary key (project, session_id)
    )`.execute(db);
  await sql`create index payload_grants_session on payload_grants (session_id)`.execute(db);

  await sql`
    create table api_keys (
      project text collate "C" not null references projects (name),
      id uuid not null,
      name text not null,
      prefix text collate "C" not null,
      key_hash bytea not null unique,
      scope text collate "C" not null,
      created_by text not null,
      created_at timestamptz not null default clock_timestamp(),
      expires_at timestamptz,
      last_used_at timestamptz,
      revoked_at timestamptz,
      primary key (project, id),
      ${closedSet("scope", ["read"])}
    )`.execute(db);

  await sql`
    create table access_log (
      project text collate "C" not null,
      id uuid not null,
      at timestamptz not null default clock_timestamp(),
      user_id text collate "C",
      user_name text not null,
      user_role text collate "C",
      action text collate "C" not null,
      subject text collate "C",
      detail jsonb not null,
      reason text,
      address text,
      primary key (project, id),
      ${closedSet("action", actions)}
    )`.execute(db);
  await sql`create index access_log_action on access_log (project, action, id)`.execute(db);
  await sql`create index access_log_user on access_log (project, user_id, id)`.execute(db);
  await sql`
    create trigger access_log_immutable before update or delete on access_log
    for each row execute function refuse_change()`.execute(db);
  await sql`
    create trigger access_log_no_truncate before truncate on access_log
    for each statement execute function refuse_change()`.execute(db);

  for (const [column, meaning] of Object.entries(columnComments)) {
    await sql`comment on column ${sql.raw(column)} is ${sql.lit(meaning)}`.execute(db);
  }
}

const columnComments = {
  "auth_user.role":
    "in every project where no membership says otherwise; none: no access; viewer: rows; operator: and reconcile; auditor: rows, payloads, access log; admin: users, keys, projects, no payloads; owner: who started this instance, everything",
  "auth_user.disabled_at": "since when this person cannot sign in; their sessions are removed then",
  "project_members.role": "counts in this project instead of auth_user.role",
  "auth_link.token_hash": "SHA-256 of the token in a link that sets a password once",
  "payload_grants.expires_at": "until when this session may see arguments and results of the project",
  "api_keys.prefix": "the first characters of the key, to tell it by",
  "api_keys.key_hash": "SHA-256 of the key, which is random: nothing to guess",
  "api_keys.last_used_at": "to the minute",
  "access_log.project": "empty where it is about the instance and no project",
  "access_log.id": "UUIDv7 made by the dashboard",
  "access_log.at": "on the database's clock",
  "access_log.user_name": "as it was then",
  "access_log.user_role": "in the project, as it was then",
  "access_log.subject": "what it was done to: a call, a user, a key, an operation, or the hash of a query",
};
