import "server-only";
import { findStanding } from "@tachograph/ledger";
import { getLedger } from "./ledger.ts";
import { hasRight, rights, type Right } from "./rights.ts";
import { getPerson } from "./viewer.ts";

/** What the viewer may do in a project and to the instance, so that a page can leave out what they may not. */
export async function listOwnRights(project: string): Promise<Right[]> {
  const { id, instanceRole } = await getPerson();
  const role = (await findStanding(getLedger(), { userId: id, project }))?.role ?? "none";
  return rights.filter((right) => hasRight(right, { instanceRole, role }));
}
