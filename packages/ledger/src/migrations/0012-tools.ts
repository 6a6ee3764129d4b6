import { sql, type Kysely } from "kysely";

/** Leads to the invalid calls and to the contracts of one tool, however rare it is among the others. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index tool_calls_invalid on tool_calls (project, server_name, tool, id) where outcome = 'invalid_input'`.execute(
    db,
  );
  await sql`
    create index tool_definitions_tool on tool_definitions (project, server_name, tool, first_seen_at)`.execute(db);
}
