import { callColumnTypes, callFields, snakeCase } from "../call-columns.ts";
import { addToCube, countIntoCube, cubes, foldIntoCube } from "./cubes.ts";
import { addSessions, countIntoSessions } from "./rollup-sql.ts";

const columns = callFields.map(snakeCase);
// Quoted, so that the rows can be sent under the names that they have.
const inputTypes = callFields.map((field) => `"${field}" ${callColumnTypes[field]}`);
const inputValues = callFields.map((field) =>
  field === "startedAt" ? `to_timestamp("startedAt" / 1000.0)` : `"${field}"`,
);

/**
 * One statement, so one transaction and one round trip. $1: JSON array of calls, $2: of payloads, $3: of definitions.
 * Gives the ids that were new. The rollups are fed from `inserted` alone: a row that was there already adds nothing,
 * whoever sent it and whenever.
 */
export const exactSql = `
with input as materialized (
  select * from json_to_recordset($1::text::json) as r(${inputTypes.join(", ")})
),
inserted as (
  insert into tool_calls (${columns.join(", ")})
  select ${inputValues.join(", ")} from input order by id, project collate "C"
  on conflict (project, id) do nothing
  returning project, id, session_id, session_source, client_name, client_version, principal, server_name, tool,
    outcome, effect, mutability, retry_kind, started_at, duration_us
),
stored_payloads as (
  insert into payloads (project, call_id, arguments, result)
  select p.project, p."callId", p.arguments, p.result
  from json_to_recordset($2::text::json) as p(project text, "callId" uuid, arguments text, result text)
  join inserted i on i.project = p.project and i.id = p."callId"
  order by p."callId", p.project collate "C"
  on conflict (project, call_id) do nothing
),
stored_definitions as (
  insert into tool_definitions as known (project, hash, server_name, server_version, tool, definition, first_seen_at)
  select project, hash, "serverName", "serverVersion", tool, definition, to_timestamp("seenAt" / 1000.0)
  from json_to_recordset($3::text::json) as d(project text, hash text, "serverName" text, "serverVersion" text,
    tool text, definition text, "seenAt" float8)
  order by project collate "C", hash collate "C"
  on conflict (project, hash) do update set first_seen_at = excluded.first_seen_at
  where excluded.first_seen_at < known.first_seen_at
),
stored_sessions as (${addSessions(countIntoSessions("inserted"))}
),
hours_batch as (
  ${countIntoCube(cubes.hours, "inserted")}
),
stored_minutes as (${addToCube(cubes.minutes, `(${countIntoCube(cubes.minutes, "inserted")}) as minutes_batch`)}
),
stored_days as (${addToCube(cubes.days, `(${foldIntoCube(cubes.days, cubes.hours, "hours_batch")}) as days_batch`)}
),
stored_hours as (${addToCube(cubes.hours, "hours_batch")}
)
select id from inserted`;
