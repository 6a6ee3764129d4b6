-- Roles for a Postgres of your own. Run once after `npm run migrate`, and again after each upgrade, as the owner of the
-- tables (who needs CREATEROLE, or have the four roles made before):
--   psql "$TACHOGRAPH_DATABASE_URL" -v ON_ERROR_STOP=1 -f infra/roles.sql
-- They cannot log in; grant them to the users that do. None of them can change or remove a row of the trail.

do $$
declare
  role text;
begin
  foreach role in array array['tachograph_writer', 'tachograph_sealer', 'tachograph_eraser', 'tachograph_reader'] loop
    if not exists (select from pg_roles where rolname = role) then
      execute format('create role %I nologin', role);
    end if;
    execute format('revoke all on all tables in schema %I from %I', current_schema(), role);
    execute format('grant usage on schema %I to %I', current_schema(), role);
  end loop;
end $$;

revoke execute on function ensure_day_partitions from public;

-- Worker and gates: insert rows, keep the rollups, make day partitions.
grant insert on tool_calls, payloads, tool_definitions, projects to tachograph_writer;
-- What the inserting statement reads back in order to feed the rollups.
grant select (project, id, session_id, session_source, client_name, client_version, principal, server_name, tool,
  outcome, effect, mutability, retry_kind, started_at, duration_us) on tool_calls to tachograph_writer;
grant select (project, call_id) on payloads to tachograph_writer;
grant select (project, hash, first_seen_at), update (first_seen_at) on tool_definitions to tachograph_writer;
grant select on projects, kysely_migration to tachograph_writer;
grant select, insert, update on sessions, call_stats, call_days, call_minutes, processes to tachograph_writer;
grant execute on function ensure_day_partitions to tachograph_writer;
-- Operations are no trail: they settle, and go when nobody can repeat them any more. Their results are the gates' alone.
grant select, insert, update, delete on operations, operation_results to tachograph_writer;
grant execute on function operation_result to tachograph_writer;
grant update (fingerprint_check) on projects to tachograph_writer;

-- Whoever seals rows reads them whole.
grant select on tool_calls, payloads, projects, kysely_migration to tachograph_sealer;

-- Erasure removes payloads, never rows.
grant select (project, call_id), delete on payloads to tachograph_eraser;
grant select on tool_calls, projects, kysely_migration to tachograph_eraser;

-- Dashboard: reads the trail; who may see payloads is decided by its own roles. Its login tables are its own.
grant select on tool_calls, tool_calls_default, payloads, tool_definitions, projects, sessions, call_stats, call_days,
  call_minutes, processes,
  operations, kysely_migration to tachograph_reader;
-- A person says what became of an operation that nobody knows about.
grant update (state, effect, settled_at, retry_at, expires_at, kept_result, owner_token, resolved_by, resolved_reason,
  resolved_at) on operations to tachograph_reader;
-- It keeps its own members, keys and grants, makes projects, and only ever adds to the log of who looked.
grant select, insert, update, delete on project_members, payload_grants, api_keys to tachograph_reader;
grant select, insert on access_log to tachograph_reader;
grant insert on projects to tachograph_reader;
do $$
declare
  login_table text;
begin
  for login_table in
    select tablename from pg_tables where schemaname = current_schema() and (tablename like 'auth\_%' or tablename = 'saved_views')
  loop
    execute format('grant select, insert, update, delete on %I to tachograph_reader', login_table);
  end loop;
end $$;
