import { sql, type Kysely } from "kysely";

/** What keeps rows as they were written, and the function that makes the day partitions they are written to. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function refuse_change() returns trigger language plpgsql as $$
    begin
      raise exception '% on % refused: rows of the trail are never changed or removed one by one', tg_op, tg_table_name
        using errcode = 'restrict_violation', hint = 'Retention drops whole day partitions.';
    end $$`.execute(db);
  await sql`
    create trigger tool_calls_immutable before update or delete on tool_calls
    for each row execute function refuse_change()`.execute(db);
  // Statement triggers are not handed down to partitions, so each partition gets its own.
  for (const table of ["tool_calls", "tool_calls_default"]) {
    await sql`
      create trigger tool_calls_no_truncate before truncate on ${sql.table(table)}
      for each statement execute function refuse_change()`.execute(db);
  }
  await sql`
    create trigger payloads_no_update before update on payloads
    for each row execute function refuse_change()`.execute(db);

  await sql`
    create function id_at(instant timestamptz) returns uuid
    language sql immutable strict parallel safe as $$
      select rpad(lpad(to_hex(floor(extract(epoch from instant) * 1000)::bigint), 12, '0'), 32, '0')::uuid
    $$`.execute(db);
  await sql`
    create function id_time(id uuid) returns timestamptz
    language sql immutable strict parallel safe as $$
      select to_timestamp(('x' || substr(replace(id::text, '-', ''), 1, 12))::bit(48)::bigint / 1000.0)
    $$`.execute(db);

  // Attaching an empty table needs no lock that stops writers or readers of other days. A day of which the default
  // partition already holds rows (a clock was ahead) stays there, since its rows cannot be moved.
  await sql`
    create function ensure_day_partitions(first_day date, last_day date) returns integer
    language plpgsql security definer set search_path from current set lock_timeout = '5s' as $$
    declare
      day date;
      parent text;
      key text;
      part text;
      lower_id uuid;
      upper_id uuid;
      in_default boolean;
      made integer := 0;
    begin
      for day in select d::date from generate_series(first_day::timestamp, last_day::timestamp, interval '1 day') d loop
        lower_id := id_at(day::timestamp at time zone 'UTC');
        upper_id := id_at((day + 1)::timestamp at time zone 'UTC');
        foreach parent in array array['tool_calls', 'payloads'] loop
          part := parent || '_' || to_char(day, 'YYYYMMDD');
          if to_regclass(part) is not null then continue; end if;
          perform pg_advisory_xact_lock(hashtextextended('tachograph partitions', 0));
          -- Not to_regclass: its cache does not learn what another session made while this one waited.
          perform from pg_class where relname = part and relnamespace =
            (select relnamespace from pg_class where oid = parent::regclass);
          if found then continue; end if;
          key := case parent when 'payloads' then 'call_id' else 'id' end;
          execute format('select exists (select from %I where %I >= $1 and %I < $2)', parent || '_default', key, key)
            into in_default using lower_id, upper_id;
          if in_default then continue; end if;
          execute format('create table %I (like %I including all)', part, parent);
          execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, part, lower_id, upper_id);
          if parent = 'tool_calls' then
            execute format('create trigger tool_calls_no_truncate before truncate on %I '
              'for each statement execute function refuse_change()', part);
          end if;
          made := made + 1;
        end loop;
      end loop;
      return made;
    end $$`.execute(db);
}
