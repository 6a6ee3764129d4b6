import { isUuid } from "@tachograph/record";
import { sql } from "kysely";
import type { Ledger } from "../connection.ts";
import { andFilter, type CallFilter } from "./call-filter.ts";
import { idsIn, type Scope } from "./window.ts";

/** The calls next to one in a list that is filtered, by id. Null at an end. */
export interface CallNeighbours {
  newer: string | null;
  older: string | null;
}

/** The calls before and after a call among those of a window that pass a filter, whether it passes itself or not. */
export async function findCallNeighbours(
  ledger: Ledger,
  options: Scope & { filter?: CallFilter; id: string },
): Promise<CallNeighbours> {
  const { project, filter = {}, id } = options;
  if (!isUuid(id)) return { newer: null, older: null };
  const nearest = async (side: "newer" | "older"): Promise<string | null> => {
    const row = await ledger.db
      .selectFrom("toolCalls")
      .select("id")
      .where("project", "=", project)
      .where(sql<boolean>`${idsIn(options)} ${andFilter(filter)}`)
      .where("id", side === "newer" ? ">" : "<", id)
      .orderBy("id", side === "newer" ? "asc" : "desc")
      .limit(1)
      .executeTakeFirst();
    return row?.id ?? null;
  };
  const [newer, older] = await Promise.all([nearest("newer"), nearest("older")]);
  return { newer, older };
}
