import { sql, type Kysely } from "kysely";

/** What the dashboard looks for besides calls and sessions. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index operations_resolved on operations (project, resolved_at desc, id desc)
    where resolved_at is not null`.execute(db);
}
