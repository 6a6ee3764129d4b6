import { storable } from "@tachograph/record";
import type { Selectable } from "kysely";
import type { Ledger } from "../connection.ts";
import type { Database } from "../database.ts";
import { withInstants, type WithInstants } from "./instants.ts";

export type StoredToolDefinition = WithInstants<Omit<Selectable<Database["toolDefinitions"]>, "project">>;

/** The contract of this SHA-256, with the server and tool that it was first seen on. */
export async function findToolDefinition(
  ledger: Ledger,
  { project, hash }: { project: string; hash: string },
): Promise<StoredToolDefinition | undefined> {
  const row = await ledger.db
    .selectFrom("toolDefinitions")
    .select(["hash", "serverName", "serverVersion", "tool", "definition", "firstSeenAt"])
    .where("project", "=", project)
    .where("hash", "=", storable(hash))
    .executeTakeFirst();
  return row && withInstants(row);
}
