import { Client } from "pg";
import { addToCube, countIntoCube, cubes, foldIntoCube } from "../src/ingest/cubes.ts";
import { addSessions, countIntoSessions } from "../src/ingest/rollup-sql.ts";

export const DAYS = 60;
const PROJECT = "default";
const MEAN_SESSION_CALLS = 27;
const LONG_SESSION = "session-long";
const WRITERS = 2;

/**
 * Fills a migrated, empty database with calls of the last 60 days, straight into the partitions, and the rollups that
 * ingest would have kept. Sessions come evenly, with more of them by day than by night; most have a few calls, some
 * thousands, one 30,000. Tools and principals are skewed: the first of thirty tools has a third of the calls, and one
 * principal hardly any. One call in seven is not ok. Each partition is vacuumed and analyzed as autovacuum would, the
 * table as a whole is not, since autovacuum never does.
 */
export async function generateRows(
  url: string,
  { rows, statisticsTarget }: { rows: number; statisticsTarget: number },
): Promise<void> {
  const clients = Array.from({ length: WRITERS }, () => new Client({ connectionString: url }));
  await Promise.all(clients.map((client) => client.connect()));
  const [one] = clients as [Client, ...Client[]];
  const onAll = async (statement: (writer: number) => string): Promise<void> => {
    await Promise.all(clients.map((client, writer) => client.query(statement(writer))));
  };
  try {
    await one.query(`select ensure_day_partitions(current_date - ${DAYS}, current_date + 1)`);
    await onAll(
      () =>
        "set synchronous_commit = off; set work_mem = '256MB'; set maintenance_work_mem = '512MB';" +
        `set max_parallel_maintenance_workers = 0; set default_statistics_target = ${statisticsTarget}`,
    );
    await one.query(planSql(rows));
    const indexes = await dropIndexes(one);
    await onAll((writer) => callsSql(writer));
    await Promise.all([
      one.query(indexes.slice(0, 3).join(";")),
      clients[1]?.query([...indexes.slice(3), payloadsSql, operationsSql, definitionsSql].join(";")),
    ]);
    await one.query("drop table session_plan");
    const { hours, days, minutes } = cubes;
    const counts = [
      addToCube(minutes, `(${countIntoCube(minutes, "tool_calls")}) as counted`),
      addToCube(hours, `(${countIntoCube(hours, "tool_calls")}) as counted`),
      addToCube(days, `(${foldIntoCube(days, hours, "call_stats")}) as folded`),
    ];
    await Promise.all([one.query(addSessions(countIntoSessions("tool_calls"))), clients[1]?.query(counts.join(";"))]);

    const { rows: parts } = await one.query<{ name: string }>(`
      select inhrelid::regclass::text as name from pg_inherits
      where inhparent in ('tool_calls'::regclass, 'payloads'::regclass) order by 1`);
    const tables = [
      ...parts.map(({ name }) => name),
      "sessions",
      "call_stats",
      "call_days",
      "call_minutes",
      "operations",
    ];
    await Promise.all(
      clients.map(async (client) => {
        for (let table = tables.pop(); table !== undefined; table = tables.pop())
          await client.query(`vacuum analyze ${table}`);
      }),
    );
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

/** Secondary indexes are made when the rows are there: that takes a fraction of the time. @returns how to make them */
async function dropIndexes(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(`
    select c.relname as name, replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') as definition
    from pg_index i join pg_class c on c.oid = i.indexrelid
    where i.indrelid = 'tool_calls'::regclass and not i.indisprimary order by 1`);
  for (const { name } of rows) await client.query(`drop index ${name}`);
  return rows.map(({ definition }) => definition);
}

const planSql = (rows: number): string => `
  create unlogged table session_plan as
  select number, 'session-' || number as session_id,
    least(5000, ceil(exp(random_normal(2.3, 1.4))))::int as calls,
    (current_date - ${DAYS - 1} + floor(random() * ${DAYS})::int)::timestamp at time zone 'UTC'
      + (9 + random_normal(4, 4)) * interval '1 hour' as begins_at,
    1 + random() * 25 as gap_seconds,
    case when random() < 0.0005 then 'rare@example.com'
      else 'user' || floor(500 * power(random(), 3)) || '@example.com' end as principal,
    (array['claude-code', 'vscode', 'opencode', 'cursor'])[1 + floor(4 * power(random(), 2))::int] as client
  from generate_series(1, ${Math.ceil(rows / MEAN_SESSION_CALLS)}) as number;
  update session_plan set gap_seconds = least(gap_seconds, 70000.0 / calls);
  insert into session_plan
  select 0, '${LONG_SESSION}', 30000, (current_date - 2)::timestamp at time zone 'UTC', 2.5, 'user7@example.com', 'claude-code'
  where ${rows} >= 1000000;
  delete from session_plan where begins_at + calls * gap_seconds * interval '1 second' > now();
  analyze session_plan`;

const tools = Array.from({ length: 30 }, (_, index) => `tool_${String(index).padStart(2, "0")}`);
const servers = ["orders", "payments", "tickets", "files", "search", "reports"];
const list = (members: readonly string[]): string => `array[${members.map((member) => `'${member}'`).join(", ")}]`;

const callsSql = (writer: number): string => `
  insert into tool_calls (project, id, session_id, session_source, seq, tool_use_id, rpc_id, trace_id, span_id,
    instance_id, server_name, server_version, tool, tool_def_hash, transport, protocol_version, client_name,
    client_version, principal, principal_type, auth_method, scopes, mutability, mutability_source, outcome, effect, phase,
    rule, policy_hash, reason, error_code, error_message, issues, retry_class, retry_kind, attempt, operation_id,
    fingerprint, started_at, recorded_at, duration_us, validate_us, authorize_us, execute_us, arguments_bytes,
    result_bytes, redactions, truncated)
  select '${PROJECT}',
    (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(hex, 1, 3) || '8' || substr(hex, 4, 15))::uuid,
    session_id, 'meta', n, 'toolu_' || substr(hex, 1, 22), n::text, hex, substr(hex, 1, 16),
    '01932c07-1111-7000-8000-000000000001', (${list(servers)})[1 + kind % 6], '1.0.0', (${list(tools)})[1 + kind], hex || hex,
    'http', '2026-07-28', client, '2.1.330', principal, 'user', 'bearer', '{orders:read}',
    case kind % 3 when 0 then 'read' when 1 then 'mutating' else 'destructive' end, 'annotation', outcome,
    case when outcome in ('denied', 'invalid_input', 'rate_limited', 'held') or kind % 3 = 0 then 'none'
      when outcome in ('ok', 'duplicate_replayed') then 'applied' when outcome = 'tool_error' then 'none' else 'unknown' end,
    case when outcome in ('denied', 'rate_limited') then 'validated' when outcome = 'invalid_input' then 'received' else 'answered' end,
    case outcome when 'denied' then 'rule_' || n % 7 end, hex,
    case when outcome = 'denied' then 'The scope refunds:write is missing' when substr(hex, 1, 4) = '0000' then 'a needle in the hay' end,
    case outcome when 'tool_error' then 'upstream_503' when 'timeout' then 'timeout' when 'invalid_input' then 'schema' end,
    case outcome when 'tool_error' then 'The upstream answered 503 to order ' || n end,
    case outcome when 'invalid_input' then '[{"path":"/date","code":"format"},{"path":"/lines/3/quantity","code":"type"}]'::jsonb end,
    case outcome when 'ok' then 'none' when 'invalid_input' then 'correctable' else 'terminal' end,
    (array['first', 'first', 'first', 'first', 'first', 'first', 'first', 'corrected_retry', 'model_retry', 'repeat'])[1 + (n * 7 + kind) % 10],
    1, case when kind % 3 > 0 and n % 3 = 0 then hex end, hex || hex, at, at + interval '400 milliseconds',
    (exp(random_normal(9, 1.5)))::bigint, 20, 30, 1000, 200, 900, 0, false
  from (
    select *, md5(session_id || '/' || n) as hex, floor(30 * power(random(), 3))::int as kind,
      (array['tool_error', 'tool_error', 'tool_error', 'invalid_input', 'invalid_input', 'denied', 'denied', 'duplicate_replayed',
        'timeout', 'rate_limited', 'held'])[1 + floor(random() / 0.14 * 11)::int] as failure
    from (
      select session_id, client, principal, n, begins_at + n * gap_seconds * interval '1 second' as at
      from session_plan, generate_series(1, calls) as n where number % ${WRITERS} = ${writer} order by at
    ) as ordered
  ) as drawn, lateral (select coalesce(failure, 'ok') as outcome) as ended`;

const payloadsSql = `
  insert into payloads (project, call_id, arguments, result)
  select project, id, '{"order":"A-17","quantity":3}', '{"content":[{"type":"text","text":"shipped"}]}'
  from tool_calls where seq % 50 = 1`;

const operationsSql = `
  insert into operations (project, id, state, mode, fingerprint, owner_token, lease_expires_at, attempt, deliveries, effect,
    server_name, tool, principal, session_id, call_id, claimed_at, settled_at)
  select project, operation_id, case seq % 2 when 0 then 'unknown' else 'in_flight' end, 'at_most_once', fingerprint, id, started_at, 1, 1, 'unknown',
    server_name, tool, principal, session_id, id, started_at, case seq % 2 when 0 then started_at end
  from tool_calls where outcome = 'timeout' and operation_id is not null
  on conflict do nothing`;

const definitionsSql = `
  insert into tool_definitions (project, hash, server_name, server_version, tool, definition, first_seen_at)
  select '${PROJECT}', md5(n::text) || md5(n::text), (${list(servers)})[1 + n % 6], '1.0.0', (${list(tools)})[1 + n % 30],
    '{"description":"does something"}', now() - n * interval '1 day'
  from generate_series(0, 59) as n`;
