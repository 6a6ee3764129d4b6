import { newId, storable } from "@tachograph/record";
import { sql } from "kysely";
import type { Ledger } from "../connection.ts";

/** A view of a screen under a name. */
export interface SavedView {
  id: string;
  name: string;
  /** Of the screen's URL, without a question mark. */
  query: string;
  isShared: boolean;
  isOwn: boolean;
  ownerName: string;
}

/** Somebody's views of a screen and those that others share, by name. At most 200. */
export async function listSavedViews(
  ledger: Ledger,
  { project, screen, userId }: { project: string; screen: string; userId: string },
): Promise<SavedView[]> {
  const { rows } = await sql<SavedView>`
    select v.id, v.name, v.query, v.is_shared as "isShared", v.owner_id = ${userId} as "isOwn", u.name as "ownerName"
    from saved_views v join auth_user u on u.id = v.owner_id
    where v.project = ${project} and v.screen = ${screen} and (v.is_shared or v.owner_id = ${userId})
    order by lower(v.name), v.id limit 200`.execute(ledger.db);
  return rows;
}

/** Keeps a view; one of the same name, person and screen is replaced. */
export async function recordSavedView(
  ledger: Ledger,
  view: { project: string; screen: string; userId: string; name: string; query: string; isShared: boolean },
): Promise<void> {
  const { project, screen, userId, name, query, isShared } = view;
  await sql`
    insert into saved_views (project, id, screen, name, query, owner_id, is_shared)
    values (${project}, ${newId()}, ${screen}, ${storable(name)}, ${storable(query)}, ${userId}, ${isShared})
    on conflict (project, owner_id, screen, name)
      do update set query = excluded.query, is_shared = excluded.is_shared`.execute(ledger.db);
}

/**
 * Removes a view.
 *
 * @param options.userId - Only a view of theirs; undefined: a shared one of anybody.
 * @returns false where there is none
 */
export async function removeSavedView(
  ledger: Ledger,
  { project, id, userId }: { project: string; id: string; userId: string | undefined },
): Promise<boolean> {
  const { rows } = await sql`
    delete from saved_views where project = ${project} and id = ${id}
      and ${userId === undefined ? sql`is_shared` : sql`owner_id = ${userId}`}
    returning id`.execute(ledger.db);
  return rows.length > 0;
}
