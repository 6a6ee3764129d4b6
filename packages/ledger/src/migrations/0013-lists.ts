import { sql, type Kysely } from "kysely";

/** Leads to what people sort and filter by, at a cost that does not grow with the window. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Few sessions have any of these: those that do are listed first, the others by their last call.
  for (const column of ["risk", "refusals", "replays", "repeats", "unknown_effects", "duration_ms"]) {
    await sql`
      create index ${sql.ref(`sessions_${column}`)} on sessions (project, ${sql.ref(column)}, last_call_id)
      where ${sql.ref(column)} > 0`.execute(db);
  }
  // What was refused of one tool, or went wrong with it.
  await sql`drop index tool_calls_invalid`.execute(db);
  await sql`create index tool_calls_tool_not_ok on tool_calls (project, tool, outcome, id) where outcome <> 'ok'`.execute(
    db,
  );
}
