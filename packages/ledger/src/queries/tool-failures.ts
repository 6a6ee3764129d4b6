import { storable } from "@tachograph/record";
import { sql, type RawBuilder } from "kysely";
import type { Ledger } from "../connection.ts";
import { idsIn, type Scope } from "./window.ts";

/** A place in the arguments of a tool at which calls were invalid. */
export interface FailingParameter {
  serverName: string;
  tool: string;
  /** JSON pointer, with `*` for any member of an array; empty for the whole. */
  path: string;
  /** Calls that were invalid there, each once. */
  calls: number;
  /** What was wrong there, the most frequent first. */
  codes: { code: string; calls: number }[];
  /** One of these calls, the newest. */
  exampleCallId: string;
}

export interface FailingParameters {
  parameters: FailingParameter[];
  /** Places that there are, those beyond the limit included: agents can make up names without end. */
  places: number;
  /** Invalid calls that were looked at: the newest of the window. */
  looked: number;
  /** Whether there are more than `looked`. */
  capped: boolean;
}

const MAX_CALLS = 2_500;

/** Where the invalid calls of a window were invalid: of one tool, or of each. The most frequent places first. */
export async function listFailingParameters(
  ledger: Ledger,
  options: Scope & {
    server?: string;
    tool?: string;
    limit: number;
    /** Places of one tool. @defaultValue `limit` */
    perTool?: number;
  },
): Promise<FailingParameters> {
  const { project, server, tool, limit, perTool = limit } = options;
  const narrowed: RawBuilder<unknown>[] = [
    ...(server === undefined ? [] : [sql`and server_name = ${storable(server)}`]),
    ...(tool === undefined ? [] : [sql`and tool = ${storable(tool)}`]),
  ];
  const { rows } = await sql<FailingParameter & { looked: number; places: number }>`
    with invalid as (
      select id, server_name, tool, issues from tool_calls
      where project = ${project} and ${idsIn(options)} and outcome = 'invalid_input' and issues is not null
        and tool is not null ${sql.join(narrowed, sql` `)}
      order by id desc limit ${MAX_CALLS + 1}
    ),
    places as (
      select distinct id, server_name, tool, coalesce(issue ->> 'code', '') as code,
        regexp_replace(coalesce(issue ->> 'path', ''), '/[0-9]+(?=/|$)', '/*', 'g') as path
      from invalid, jsonb_array_elements(case jsonb_typeof(issues) when 'array' then issues else '[]' end) as issue
    ),
    by_code as (
      select server_name, tool, path, code, count(*)::int as calls from places group by server_name, tool, path, code
    ),
    every_path as (
      select server_name, tool, path, count(distinct id)::int as calls, (array_agg(id order by id desc))[1] as example_call_id,
        row_number() over (partition by server_name, tool order by count(distinct id) desc, path) as rank,
        count(*) over ()::int as places
      from places group by server_name, tool, path
    ),
    by_path as (
      select server_name, tool, path, calls, example_call_id, places from every_path where rank <= ${perTool}
      order by calls desc, server_name, tool, path limit ${limit}
    )
    select by_path.*, (select count(*)::int from invalid) as looked, (
      select jsonb_agg(jsonb_build_object('code', code, 'calls', by_code.calls) order by by_code.calls desc, code)
      from by_code where by_code.server_name = by_path.server_name and by_code.tool = by_path.tool
        and by_code.path = by_path.path
    ) as codes
    from by_path order by calls desc, server_name, tool, path`.execute(ledger.db);
  const { looked = 0, places = 0 } = rows[0] ?? {};
  return {
    parameters: rows.map(({ looked: _looked, places: _places, ...parameter }) => parameter),
    places,
    looked: Math.min(looked, MAX_CALLS),
    capped: looked > MAX_CALLS,
  };
}
