import { verdictOf, type OperationSnapshot } from "@tachograph/record";

const instant = (column: string): string => `(date_part('epoch', ${column}) * 1000)::bigint`;

/** The fields of a snapshot of `o`, and who owns it. */
const snapshotFields = {
  project: "o.project",
  operationId: "o.id",
  state: "o.state",
  mode: "o.mode",
  keySource: "o.key_source",
  fingerprint: "o.fingerprint",
  serverName: "o.server_name",
  tool: "o.tool",
  principal: "o.principal",
  sessionId: "o.session_id",
  attempt: "o.attempt",
  deliveries: "o.deliveries",
  effect: "o.effect",
  callId: "o.call_id",
  claimedAt: instant("o.claimed_at"),
  leaseExpiresAt: instant("o.lease_expires_at"),
  settledAt: instant("o.settled_at"),
  retryAt: instant("o.retry_at"),
  keptResult: "o.kept_result",
  readAt: instant("clock_timestamp()"),
  ownerToken: "o.owner_token",
  late: "o.late",
};

/** One column: each further one would be described and written on its own, with every answer. */
const snapshot = `json_build_object(${Object.entries(snapshotFields)
  .map(([name, value]) => `'${name}', ${value}`)
  .join(", ")}) as operation`;

/** The result of `o` where one is kept; of nothing that has other arguments than these. */
const resultColumn = (fingerprint: string): string => `
  case when o.kept_result = 'stored' and o.fingerprint = ${fingerprint} then operation_result(o.project, o.id) end as result`;

/** What is read of an operation, with its result where that was asked for. */
export interface OperationRow {
  operation: Omit<OperationSnapshot, "result"> & { ownerToken: string; late: boolean };
  /** As stored: see `ResultCipher`. */
  result?: Uint8Array | null;
}

const changed = (call: string, fields: object): string =>
  `${call}::jsonb || '${JSON.stringify(fields).replaceAll("'", "''")}'::jsonb`;

/** What a delivery as begun becomes when whoever executed it is gone. */
const indeterminate = changed("o.call", {
  outcome: "indeterminate",
  ...verdictOf("indeterminate", "mutating", true),
  reason: "Its process died or lost its lease before it said how the call ended.",
});

/** What a delivery as begun becomes when it was refused because its claim was not answered in time. */
const refused = changed("o.call", {
  outcome: "audit_unavailable",
  ...verdictOf("audit_unavailable", "mutating", false),
  reason: "Its claim was not answered in time, so it was not executed.",
});

/** Puts the delivery of an attempt that is over aside until its row is known to be stored. */
const putAside = (call: string): string => `
  earlier_calls = case when o.call is null then o.earlier_calls
    else coalesce(o.earlier_calls, '[]') || jsonb_build_array(${call}) end,
  earlier_since = case when o.call is null then o.earlier_since else clock_timestamp() end`;

const ours = "o.owner_token = excluded.owner_token and o.state = 'in_flight' and o.fingerprint = excluded.fingerprint";

/**
 * The whole of a claim of a new operation, and of one that is somebody else's: it counts the delivery and tells how the
 * operation stands. What can be taken over is then taken by {@link takeSql}.
 *
 * $1 project, $2 id, $3 mode, $4 key source, $5 fingerprint, $6 guard, $7 owner token, $8 lease in ms, $9 server,
 * $10 tool, $11 principal, $12 session, $13 call id, $14 the call as JSON, $15 deliveries to count, of which an owner's that asks again is none.
 */
export const claimSql = `
insert into operations as o (project, id, state, mode, key_source, fingerprint, guard, owner_token, lease_expires_at,
  attempt, deliveries, effect, server_name, tool, principal, session_id, call_id, call, claimed_at)
values ($1::text, $2::text, 'in_flight', $3::text, $4::text, $5::text, $6::text, $7::uuid,
  clock_timestamp() + $8::float8 * interval '1 millisecond',
  1, greatest(1, $15::int), 'unknown', $9::text, $10::text, $11::text, $12::text, $13::uuid, $14::text,
  clock_timestamp())
on conflict (project, id) do update set
  deliveries = o.deliveries + case when ${ours} then greatest(0, $15::int - 1) else $15::int end,
  lease_expires_at = case when ${ours} then excluded.lease_expires_at else o.lease_expires_at end
returning ${snapshot}, ${resultColumn("$5::text")}`;

/**
 * Takes over what is due again, or what its owner left, where it may run twice. Gives no row where that is no longer so.
 *
 * $1 project, $2 id, $3 mode, $4 key source, $5 fingerprint, $6 guard, $7 owner token, $8 lease in ms, $9 session,
 * $10 call id, $11 the call as JSON.
 */
export const takeSql = `
update operations o set
  state = 'in_flight', mode = $3::text, key_source = $4::text, guard = $6::text, owner_token = $7::uuid,
  lease_expires_at = now.at + $8::float8 * interval '1 millisecond', attempt = o.attempt + 1, effect = 'unknown',
  session_id = $9::text, call_id = $10::uuid, call = $11::text, call_fault = null,
  ${putAside(`case o.state when 'in_flight' then ${indeterminate} else o.call::jsonb end`)},
  claimed_at = now.at, settled_at = null, retry_at = null, expires_at = null, kept_result = null, late = false
from clock_timestamp() as now(at)
where o.project = $1::text and o.id = $2::text and o.fingerprint = $5::text and o.owner_token <> $7::uuid
  and ((o.state = 'failed_retryable' and o.retry_at <= now.at)
    or (o.state = 'in_flight' and o.lease_expires_at <= now.at and 'at_most_once' not in (o.mode, $3::text)))
returning ${snapshot}`;

/** What becomes of an operation whose lease has ended and that must not run again by itself. */
export const unknown = `
  state = 'unknown', settled_at = clock_timestamp(), call = (${indeterminate})::text`;

/** What becomes of one that may: it stays for whoever takes it over, and is in no twin's way. */
export const abandoned = `
  guard = null, call = null, ${putAside(indeterminate)}`;

const leaseEnded = `
where o.project = $1::text and o.id = $2::text and o.state = 'in_flight' and o.lease_expires_at <= clock_timestamp()`;

/** $1 project, $2 id */
export const endSql = `update operations o set ${unknown} ${leaseEnded} returning ${snapshot}`;

/** $1 project, $2 id */
export const abandonSql = `update operations o set ${abandoned} ${leaseEnded}`;

/** The unresolved operation that stands in the way of others with its guard. $1 project, $2 guard. */
export const twinSql = `
select ${snapshot} from operations o
where o.project = $1::text and o.guard = $2::text and o.state in ('in_flight', 'unknown')`;

/** $1 project, $2 id, $3 the fingerprint whose result may be shown; null shows none. */
export const findSql = `
select ${snapshot}, ${resultColumn("$3::text")} from operations o where o.project = $1::text and o.id = $2::text`;

/** Keeps the result of the one operation in `source`. What an earlier attempt left is hidden by `kept_result`. */
const keepResult = (source: string, result: string): string => `
kept as (
  insert into operation_results (project, id, result)
  select project, id, ${result}::bytea from ${source} where ${result}::bytea is not null
  on conflict (project, id) do update set result = excluded.result
)`;

/**
 * $1 project, $2 id, $3 owner token, $4 state, $5 effect, $6 ms until a retry, $7 kept result, $8 retention in ms,
 * $9 attempts to give back, $10 call id, $11 the call as JSON. Gives no row where it is not the owner's to settle.
 */
export const settleSql = `
update operations o set
  state = $4::text, effect = $5::text, settled_at = clock_timestamp(),
  late = o.late or (o.state = 'unknown' and $4::text <> 'unknown'), attempt = o.attempt - $9::int,
  retry_at = case $4::text when 'failed_retryable' then clock_timestamp() + $6::float8 * interval '1 millisecond' end,
  expires_at = case $4::text when 'unknown' then null else clock_timestamp() + $8::float8 * interval '1 millisecond' end,
  kept_result = $7::text, call_id = $10::uuid, call = $11::text, call_fault = null
where o.project = $1::text and o.id = $2::text and o.owner_token = $3::uuid and o.state in ('in_flight', 'unknown')
returning o.late`;

/** The same, and $12, its result. */
export const settleWithResultSql = `
with settled as (${settleSql}, o.project, o.id),${keepResult("settled", "$12")}
select late from settled`;

/** Waits for whoever is about to settle it. $1 project, $2 id */
export const committedSql = `
select ${snapshot} from operations o where o.project = $1::text and o.id = $2::text for update`;

/** Why a settlement wrote nothing. $1 project, $2 id, $3 owner token */
export const settledBySql = `
select o.late from operations o
where o.project = $1::text and o.id = $2::text and o.owner_token = $3::uuid and o.state not in ('in_flight', 'unknown')`;

/** $1 JSON of what is owned, $2 lease in ms. Gives the ids that are owned still. */
export const heartbeatSql = `
update operations o set lease_expires_at = clock_timestamp() + $2::float8 * interval '1 millisecond'
from json_to_recordset($1::text::json) as owned(project text, "operationId" text, "ownerToken" uuid)
where o.project = owned.project and o.id = owned."operationId" and o.owner_token = owned."ownerToken"
  and o.state = 'in_flight'
returning o.id`;

/**
 * $1 project, $2 id, $3 attempt, $4 fingerprint, $5 principal, $6 when the token ends, in ms, $7 owner token, $8 lease
 * in ms, $9 session, $10 call id, $11 the call as JSON. Mode and guard stay as they are.
 */
export const confirmSql = `
update operations o set
  state = 'in_flight', owner_token = $7::uuid, attempt = o.attempt + 1, deliveries = o.deliveries + 1,
  lease_expires_at = now.at + $8::float8 * interval '1 millisecond', claimed_at = now.at,
  session_id = $9::text, call_id = $10::uuid, call = $11::text, call_fault = null,
  ${putAside("o.call::jsonb")},
  effect = 'unknown', settled_at = null, kept_result = null, late = false
from clock_timestamp() as now(at)
where o.project = $1::text and o.id = $2::text and o.state = 'unknown' and o.attempt = $3::int
  and o.fingerprint = $4::text and o.principal is not distinct from $5::text
  and now.at < to_timestamp($6::float8 / 1000)
returning ${snapshot}`;

/**
 * $1 project, $2 id, $3 attempt, $4 found, $5 by, $6 reason, $7 result, $8 retention in ms.
 * Nobody owns it afterwards: its late owner must not overrule what was found.
 */
export const resolveSql = `
with resolved as (
  update operations o set
    state = case $4::text when 'applied' then 'completed' else 'failed_retryable' end,
    effect = case $4::text when 'applied' then 'applied' else 'none' end,
    settled_at = now.at, expires_at = now.at + $8::float8 * interval '1 millisecond',
    retry_at = case $4::text when 'applied' then null else now.at end,
    kept_result = case when $7::bytea is null then 'not_kept' else 'stored' end,
    owner_token = gen_random_uuid(), resolved_by = $5::text, resolved_reason = $6::text, resolved_at = now.at
  from clock_timestamp() as now(at)
  where o.project = $1::text and o.id = $2::text and o.state = 'unknown' and o.attempt = $3::int
  returning o.project, o.id
),${keepResult("resolved", "$7")}
select id from resolved`;

/**
 * Lets go of what a claim may have taken that nobody waits for. $1 project, $2 id, $3 owner token, $4 whether it took an
 * unknown operation over: nobody knows about that one afterwards either.
 */
export const releaseSql = `
update operations o set
  state = case when $4::boolean then 'unknown' else 'failed_retryable' end,
  effect = case when $4::boolean or (o.attempt > 1 and o.mode <> 'at_most_once') then 'unknown' else 'none' end,
  attempt = o.attempt - case when $4::boolean then 0 else 1 end,
  settled_at = now.at, retry_at = case when $4::boolean then null else now.at end,
  expires_at = case when $4::boolean then null else now.at + interval '1 day' end,
  kept_result = 'not_kept', call = (${refused})::text
from clock_timestamp() as now(at)
where o.project = $1::text and o.id = $2::text and o.owner_token = $3::uuid and o.state = 'in_flight'
returning o.id`;

/** $1 project, $2 check value. The first one stays. */
export const fingerprintCheckSql = `
insert into projects (name, fingerprint_check) values ($1::text, $2::text)
on conflict (name) do update set fingerprint_check = coalesce(projects.fingerprint_check, excluded.fingerprint_check)
returning fingerprint_check`;
