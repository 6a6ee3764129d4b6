import { snakeCase } from "../call-columns.ts";
import { sessionCountNames, sessionCounts, type CountedCalls } from "./session-counts.ts";

// Sets are cut to their 64 first members: a sum of cuts is the cut of the sum, so the order of batches cannot matter.
export const SET_SIZE = 64;

const counters = ["calls", ...sessionCountNames];
/** What a session says besides its key. */
export const sessionFacts = `session_source, client_name, client_version, principals, servers, tools,
    first_call_id, last_call_id, first_call_at, last_call_at, outcomes, ${counters.join(", ")}`;
const sessionColumns = `project, session_id, ${sessionFacts}`;

const union = (column: string): string => `
    ${column} = case when excluded.${column} <@ sessions.${column} then sessions.${column} else
      (select (array_agg(distinct member order by member))[1:${SET_SIZE}]
       from unnest(sessions.${column} || excluded.${column}) as member) end`;

/**
 * Adds rows of `source`, which has the columns of `sessions`, to those that are there. Sorted in byte order, whatever the
 * database's own, so that two writers meet their locks in the same order.
 */
export const addSessions = (source: string): string => `
  insert into sessions (${sessionColumns})
  select ${sessionColumns} from ${source} order by project collate "C", session_id collate "C"
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
    ${counters.map((name) => `${name} = sessions.${name} + excluded.${name}`).join(",\n    ")}`;

const counted = ({ field, members }: CountedCalls): string =>
  `count(*) filter (where ${snakeCase(field)} in (${members.map((member) => `'${member}'`).join(", ")}))`;

const setOf = (column: string): string =>
  `coalesce((array_agg(distinct ${column} order by ${column}) filter (where ${column} is not null))[1:${SET_SIZE}], '{}')`;

/** Sessions as told by their calls: rows of `source`, the name of a relation with the columns of `tool_calls`. */
export const countIntoSessions = (source: string): string => `(
    select project, session_id, max(session_source) as session_source, max(client_name) as client_name,
      max(client_version) as client_version, ${setOf("principal")} as principals, ${setOf("server_name")} as servers,
      ${setOf("tool")} as tools, (array_agg(id order by id))[1] as first_call_id,
      (array_agg(id order by id desc))[1] as last_call_id, min(started_at) as first_call_at,
      max(started_at) as last_call_at, count(*) as calls,
      ${sessionCountNames.map((name) => `${counted(sessionCounts[name])} as ${name}`).join(",\n      ")}
    from ${source} where session_id is not null group by project, session_id
  ) as session_batch
  join (
    select project, session_id, jsonb_object_agg(outcome, calls) as outcomes
    from (select project, session_id, outcome, count(*) as calls from ${source}
          where session_id is not null group by project, session_id, outcome) as outcome_counts
    group by project, session_id
  ) as session_outcomes using (project, session_id)`;
