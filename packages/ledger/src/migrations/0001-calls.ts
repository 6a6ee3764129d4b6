import {
  effects,
  keySources,
  mutabilities,
  mutabilitySources,
  outcomes,
  phases,
  principalTypes,
  retryClasses,
  retryKinds,
  sessionSources,
  transports,
} from "@tachograph/record";
import { sql, type Kysely } from "kysely";
import { closedSet } from "./closed-set.ts";

const closedSets = sql.join(
  [
    closedSet("session_source", sessionSources),
    closedSet("transport", transports),
    closedSet("principal_type", principalTypes),
    closedSet("mutability", mutabilities),
    closedSet("mutability_source", mutabilitySources),
    closedSet("outcome", outcomes),
    closedSet("effect", effects),
    closedSet("phase", phases),
    closedSet("retry_class", retryClasses),
    closedSet("retry_kind", retryKinds),
    closedSet("key_source", keySources),
  ],
  sql`,\n`,
);

/** The trail: one immutable row per delivery, its erasable payload, and the contracts that were in force. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table projects (
      name text collate "C" primary key,
      created_at timestamptz not null default clock_timestamp()
    )`.execute(db);
  await sql`insert into projects (name) values ('default')`.execute(db);

  await sql`
    create table tool_calls (
      project text collate "C" not null,
      id uuid not null,
      session_id text collate "C",
      session_source text collate "C" not null,
      seq integer not null,
      tool_use_id text collate "C",
      rpc_id text,
      trace_id text collate "C",
      span_id text collate "C",
      parent_span_id text collate "C",
      instance_id uuid not null,
      server_name text collate "C" not null,
      server_version text collate "C",
      tool text collate "C",
      tool_def_hash text collate "C",
      transport text collate "C" not null,
      protocol_version text collate "C",
      client_name text collate "C",
      client_version text collate "C",
      principal text collate "C",
      principal_type text collate "C",
      auth_method text,
      scopes text[],
      on_behalf_of text collate "C",
      mutability text collate "C" not null,
      mutability_source text collate "C" not null,
      outcome text collate "C" not null,
      effect text collate "C" not null,
      phase text collate "C" not null,
      rule text collate "C",
      policy_hash text collate "C",
      reason text,
      error_code text collate "C",
      error_message text,
      issues jsonb,
      retry_class text collate "C" not null,
      retry_after_ms bigint,
      retry_kind text collate "C" not null,
      attempt integer not null,
      retry_of uuid,
      operation_id text collate "C",
      key_source text collate "C",
      original_call_id uuid,
      fingerprint text collate "C",
      started_at timestamptz not null,
      recorded_at timestamptz not null default clock_timestamp(),
      duration_us bigint not null,
      validate_us bigint,
      authorize_us bigint,
      once_us bigint,
      execute_us bigint,
      arguments_bytes bigint,
      result_bytes bigint,
      redactions integer not null,
      truncated boolean not null,
      primary key (project, id),
      ${closedSets}
    ) partition by range (id)`.execute(db);
  await sql`create table tool_calls_default partition of tool_calls default`.execute(db);

  await sql`create index tool_calls_session on tool_calls (project, session_id, id)`.execute(db);
  await sql`create index tool_calls_tool on tool_calls (project, tool, id)`.execute(db);
  await sql`create index tool_calls_principal on tool_calls (project, principal, id)`.execute(db);
  await sql`create index tool_calls_not_ok on tool_calls (project, outcome, id) where outcome <> 'ok'`.execute(db);
  await sql`create index tool_calls_recorded on tool_calls using brin (recorded_at) with (autosummarize = on)`.execute(
    db,
  );

  await sql`
    create table payloads (
      project text collate "C" not null,
      call_id uuid not null,
      arguments text,
      result text,
      primary key (project, call_id)
    ) partition by range (call_id)`.execute(db);
  await sql`create table payloads_default partition of payloads default`.execute(db);

  await sql`
    create table tool_definitions (
      project text collate "C" not null,
      hash text collate "C" not null,
      server_name text collate "C" not null,
      server_version text collate "C",
      tool text collate "C" not null,
      definition text not null,
      first_seen_at timestamptz not null,
      primary key (project, hash)
    )`.execute(db);

  for (const [column, meaning] of Object.entries(columnComments)) {
    await sql`comment on column ${sql.raw(column)} is ${sql.lit(meaning)}`.execute(db);
  }
}

const columnComments = {
  "tool_calls.id": "UUIDv7 made by the gate; its first 48 bits are the instant of receipt in milliseconds",
  "tool_calls.seq": "counts from 1 per gate instance and session; a hole is a missing row",
  "tool_calls.rpc_id": "JSON-RPC id as JSON text; not unique, for debugging only",
  "tool_calls.instance_id": "one gate process",
  "tool_calls.tool_def_hash": "SHA-256 (hex) of the contract in force; see tool_definitions",
  "tool_calls.retry_after_ms": "milliseconds",
  "tool_calls.attempt": "deliveries of this retry group so far, this one included",
  "tool_calls.retry_of": "id of the delivery that this one repeats",
  "tool_calls.fingerprint": "HMAC-SHA256 (hex) of the canonical arguments",
  "tool_calls.started_at": "on the gate's clock",
  "tool_calls.recorded_at": "on the database's clock",
  "tool_calls.duration_us": "microseconds from receipt to answer",
  "tool_calls.validate_us": "microseconds",
  "tool_calls.authorize_us": "microseconds",
  "tool_calls.once_us": "microseconds",
  "tool_calls.execute_us": "microseconds",
  "tool_calls.arguments_bytes": "UTF-8 bytes of the arguments as JSON, before redaction",
  "tool_calls.result_bytes": "UTF-8 bytes of the result as JSON, before redaction",
  "tool_calls.redactions": "values removed from arguments, result and error",
  "payloads.arguments": "redacted JSON text, escapes as received",
  "payloads.result": "redacted JSON text, escapes as received",
  "tool_definitions.definition": "canonical JSON text (RFC 8785); hash is its SHA-256",
};
