import { keptResults, keySources, onceModes, operationStates, effects } from "@tachograph/record";
import { sql, type Kysely } from "kysely";
import { closedSet } from "./closed-set.ts";

/** Operations: what executes once. The claim is written before anything is executed, and is never removed while unresolved. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table tool_calls add column would_deny text[]`.execute(db);
  await sql`comment on column tool_calls.would_deny is 'rules that would have denied the call, had they been enforced'`.execute(
    db,
  );
}
