import { sql, type Kysely } from "kysely";

/** Reading a kept result is set up only where there is one: most claims have none, and a subquery costs each of them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function operation_result(of_project text, of_id text) returns bytea
    language plpgsql stable strict parallel safe as $$
    begin
      return (select result from operation_results where project = of_project and id = of_id);
    end $$`.execute(db);
}
