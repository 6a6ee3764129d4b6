import { sql, type RawBuilder } from "kysely";

/** A check that the column holds a member of the set (or null, where the column allows it). */
export function closedSet(column: string, members: readonly string[]): RawBuilder<unknown> {
  const list = sql.join(members.map((member) => sql.lit(member)));
  return sql`constraint ${sql.raw(`${column}_known`)} check (${sql.raw(column)} in (${list}))`;
}
