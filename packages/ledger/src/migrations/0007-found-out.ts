import { sql, type Kysely } from "kysely";

/** Operations of which somebody found out what had become of them, the latest first. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index operations_resolved on operations (project, resolved_at desc, id desc)
    where resolved_at is not null`.execute(db);
}
