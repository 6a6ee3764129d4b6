import { effects, keptResults, keySources, onceModes, operationStates } from "@tachograph/record";
import { sql, type Kysely } from "kysely";
import { closedSet } from "./closed-set.ts";

/**
 * Closed sets as domains: each row is written by one statement of its own, and checks of the table are read and planned
 * anew by each, for a fifth of what it costs.
 */
const domains = {
  operation_state: operationStates,
  operation_mode: onceModes,
  operation_key_source: keySources,
  operation_effect: effects,
  operation_kept_result: keptResults,
};

/** Operations: what executes once. The claim is written before anything is executed, and is never removed while unresolved. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table tool_calls add column would_deny text[]`.execute(db);
  await sql`alter table projects add column fingerprint_check text collate "C"`.execute(db);

  for (const [name, members] of Object.entries(domains)) {
    await sql`create domain ${sql.ref(name)} as text collate "C" ${closedSet("value", members)}`.execute(db);
  }
  await sql`
    create table operations (
      project text collate "C" not null,
      id text collate "C" not null,
      state operation_state not null,
      mode operation_mode not null,
      key_source operation_key_source,
      fingerprint text collate "C" not null,
      guard text collate "C",
      owner_token uuid not null,
      lease_expires_at timestamptz not null,
      attempt integer not null,
      deliveries integer not null,
      effect operation_effect not null,
      server_name text collate "C" not null,
      tool text collate "C" not null,
      principal text collate "C",
      session_id text collate "C",
      call_id uuid not null,
      call text,
      earlier_calls jsonb,
      earlier_since timestamptz,
      call_fault text,
      claimed_at timestamptz not null,
      settled_at timestamptz,
      retry_at timestamptz,
      expires_at timestamptz,
      kept_result operation_kept_result,
      late boolean not null default false,
      resolved_by text collate "C",
      resolved_reason text,
      resolved_at timestamptz,
      primary key (project, id),
      constraint settled_or_in_flight check ((settled_at is null) = (state = 'in_flight')),
      constraint unresolved_never_expires check (expires_at is null or state not in ('in_flight', 'unknown'))
    ) with (fillfactor = 80)`.execute(db);
  await sql`
    create unique index operations_guard on operations (project, guard)
    where state in ('in_flight', 'unknown') and guard is not null`.execute(db);
  await sql`
    create index operations_open on operations (lease_expires_at) where state in ('in_flight', 'unknown')`.execute(db);
  await sql`
    create index operations_unrecorded on operations (settled_at)
    where call is not null and call_fault is null and state <> 'in_flight'`.execute(db);
  await sql`create index operations_earlier on operations (earlier_since) where earlier_calls is not null`.execute(db);
  await sql`create index operations_expiry on operations (expires_at) where expires_at is not null`.execute(db);

  await sql`
    create table operation_results (
      project text collate "C" not null,
      id text collate "C" not null,
      result bytea not null,
      primary key (project, id),
      constraint result_within_limit check (octet_length(result) <= 65536 + 64)
    )`.execute(db);

  for (const [column, meaning] of Object.entries(columnComments)) {
    await sql`comment on column ${sql.raw(column)} is ${sql.lit(meaning)}`.execute(db);
  }
}

const columnComments = {
  "tool_calls.would_deny": "rules that would have denied the call, had they been enforced",
  "projects.fingerprint_check": "check value of the key that fingerprints are made with; set by the first process",
  "operations.id": "hex; names project, server, tool, principal, key and where the key came from",
  "operations.fingerprint": "HMAC-SHA256 (hex) of the arguments that make the operation what it is",
  "operations.guard": "equal for calls of which only one may be unresolved at a time",
  "operations.owner_token": "who executes, executed last, or resolved it; fences off everybody else",
  "operations.lease_expires_at": "on the database's clock, as every instant here",
  "operations.attempt": "executions so far, the running one included",
  "operations.deliveries": "deliveries that named this operation",
  "operations.effect": "unknown while in flight",
  "operations.call_id": "the delivery that executes or executed it last",
  "operations.call":
    "that delivery as JSON: as begun until it settles, then as answered; null once its row is in tool_calls",
  "operations.earlier_calls": "array: deliveries of earlier attempts whose rows are not known to be in tool_calls",
  "operations.earlier_since": "when the last of them was put aside",
  "operations.call_fault": "why the row of the delivery was refused by tool_calls",
  "operations.settled_at": "when it left in_flight; for unknown: since when",
  "operations.retry_at": "from when a retryable failure may be executed again",
  "operations.expires_at": "until when it answers replays; never set while unresolved",
  "operations.late": "settled by its owner after it had been taken for unknown",
  "operations.resolved_by": "hook, or the person who found out what happened",
  "operation_results.result":
    "0 and JSON text in UTF-8, at most 64 KiB; or 1, nonce, tag and its ciphertext (AES-256-GCM)",
};
