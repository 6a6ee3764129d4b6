import { retryingKinds } from "@tachograph/record";
import { callColumnTypes, callFields, snakeCase } from "./call-columns.ts";
import { errorOutcomes, refusalOutcomes } from "./outcome-groups.ts";

const list = (members: readonly string[]): string => members.map((member) => `'${member}'`).join(", ");
const countIf = (condition: string): string => `count(*) filter (where ${condition})`;

const columns = callFields.map(snakeCase);
// Quoted, so that the rows can be sent under the names that they have.
const inputTypes = callFields.map((field) => `"${field}" ${callColumnTypes[field]}`);
const inputValues = callFields.map((field) =>
  field === "startedAt" ? `to_timestamp("startedAt" / 1000.0)` : `"${field}"`,
);

const sessionCounts = {
  calls: "count(*)",
  refusals: countIf(`outcome in (${list(refusalOutcomes)})`),
  denials: countIf("outcome = 'denied'"),
  errors: countIf(`outcome in (${list(errorOutcomes)})`),
  retries: countIf(`retry_kind in (${list(retryingKinds)})`),
  corrections: countIf("retry_kind = 'corrected_retry'"),
  replays: countIf("outcome = 'duplicate_replayed'"),
  repeats: countIf("retry_kind = 'repeat'"),
  unknown_effects: countIf("effect = 'unknown'"),
};
const sessionCountNames = Object.keys(sessionCounts);

// Sets are cut to their 64 first members: a sum of cuts is the cut of the sum, so the order of batches cannot matter.
const SET_SIZE = 64;
const setOf = (column: string): string =>
  `coalesce((array_agg(distinct ${column} order by ${column}) filter (where ${column} is not null))[1:${SET_SIZE}], '{}')`;
const union = (column: string): string => `
      ${column} = case when excluded.${column} <@ sessions.${column} then sessions.${column} else
        (select (array_agg(distinct member order by member))[1:${SET_SIZE}]
         from unnest(sessions.${column} || excluded.${column}) as member) end`;

/**
 * One statement, so one transaction and one round trip. $1: JSON array of calls, $2: of payloads, $3: of definitions.
 * Gives the ids that were new. The rollups are fed from `inserted` alone: a row that was there already adds nothing,
 * whoever sent it and whenever. Everything is sorted, so that two writers meet their locks in the same order.
 */
export const ingestSql = `
with input as materialized (
  select * from json_to_recordset($1::text::json) as r(${inputTypes.join(", ")})
),
inserted as (
  insert into tool_calls (${columns.join(", ")})
  select ${inputValues.join(", ")} from input order by project, id
  on conflict (project, id) do nothing
  returning project, id, session_id, session_source, client_name, client_version, principal, server_name, tool,
    outcome, effect, retry_kind, started_at, duration_us
),
stored_payloads as (
  insert into payloads (project, call_id, arguments, result)
  select p.project, p."callId", p.arguments, p.result
  from json_to_recordset($2::text::json) as p(project text, "callId" uuid, arguments text, result text)
  join inserted i on i.project = p.project and i.id = p."callId"
  order by p.project, p."callId"
  on conflict (project, call_id) do nothing
),
stored_definitions as (
  insert into tool_definitions as known (project, hash, server_name, server_version, tool, definition, first_seen_at)
  select project, hash, "serverName", "serverVersion", tool, definition, to_timestamp("seenAt" / 1000.0)
  from json_to_recordset($3::text::json) as d(project text, hash text, "serverName" text, "serverVersion" text,
    tool text, definition text, "seenAt" float8)
  order by project, hash
  on conflict (project, hash) do update set first_seen_at = excluded.first_seen_at
  where excluded.first_seen_at < known.first_seen_at
),
session_outcomes as (
  select project, session_id, jsonb_object_agg(outcome, calls) as outcomes
  from (select project, session_id, outcome, count(*) as calls from inserted
        where session_id is not null group by project, session_id, outcome) as counted
  group by project, session_id
),
session_batch as (
  select project, session_id, max(session_source) as session_source, max(client_name) as client_name,
    max(client_version) as client_version, ${setOf("principal")} as principals, ${setOf("server_name")} as servers,
    ${setOf("tool")} as tools, (array_agg(id order by id))[1] as first_call_id,
    (array_agg(id order by id desc))[1] as last_call_id, min(started_at) as first_call_at,
    max(started_at) as last_call_at, ${sessionCountNames.map((name) => `${sessionCounts[name as keyof typeof sessionCounts]} as ${name}`).join(",\n    ")}
  from inserted where session_id is not null group by project, session_id
),
stored_sessions as (
  insert into sessions (project, session_id, session_source, client_name, client_version, principals, servers, tools,
    first_call_id, last_call_id, first_call_at, last_call_at, outcomes, ${sessionCountNames.join(", ")})
  select project, session_id, session_source, client_name, client_version, principals, servers, tools,
    first_call_id, last_call_id, first_call_at, last_call_at, outcomes, ${sessionCountNames.join(", ")}
  from session_batch join session_outcomes using (project, session_id) order by project, session_id
  on conflict (project, session_id) do update set
      session_source = greatest(sessions.session_source, excluded.session_source),
      client_name = greatest(sessions.client_name, excluded.client_name),
      client_version = greatest(sessions.client_version, excluded.client_version),${union("principals")},${union("servers")},${union("tools")},
      first_call_id = least(sessions.first_call_id, excluded.first_call_id),
      last_call_id = greatest(sessions.last_call_id, excluded.last_call_id),
      first_call_at = least(sessions.first_call_at, excluded.first_call_at),
      last_call_at = greatest(sessions.last_call_at, excluded.last_call_at),
      outcomes = (
        select jsonb_object_agg(outcome, calls) from (
          select outcome, sum(calls::bigint) as calls from (
            select * from jsonb_each_text(sessions.outcomes) union all select * from jsonb_each_text(excluded.outcomes)
          ) as parts(outcome, calls) group by outcome
        ) as summed
      ),
      ${sessionCountNames.map((name) => `${name} = sessions.${name} + excluded.${name}`).join(",\n      ")}
),
stored_stats as (
  insert into call_stats (project, hour, server_name, tool, outcome, retry_kind,
    calls, unknown_effects, duration_us_sum, duration_us_max)
  select project, date_trunc('hour', id_time(id), 'UTC') as hour, server_name, coalesce(tool, '') as named_tool, outcome,
    retry_kind, count(*), ${countIf("effect = 'unknown'")}, sum(duration_us), max(duration_us)
  from inserted
  group by project, hour, server_name, named_tool, outcome, retry_kind
  order by project, hour, server_name, named_tool, outcome, retry_kind
  on conflict (project, hour, server_name, tool, outcome, retry_kind) do update set
    calls = call_stats.calls + excluded.calls,
    unknown_effects = call_stats.unknown_effects + excluded.unknown_effects,
    duration_us_sum = call_stats.duration_us_sum + excluded.duration_us_sum,
    duration_us_max = greatest(call_stats.duration_us_max, excluded.duration_us_max)
)
select id from inserted`;
