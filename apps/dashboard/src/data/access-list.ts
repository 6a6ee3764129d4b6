import "server-only";
import { accessActions, INSTANCE, listAccess } from "@tachograph/ledger";
import type { AccessLogParams } from "../settings/access-log-params.ts";
import type { AccessRow } from "../settings/settings-views.ts";
import type { Page } from "../table/use-pages.ts";
import { getLedger } from "./ledger.ts";
import { authorize } from "./viewer.ts";

const PAGE_ROWS = 100;

/** What was done in a project and to the instance, the latest first. */
export async function listAccessRows(
  { project, action, user }: AccessLogParams,
  { cursor }: { cursor?: string } = {},
): Promise<Page<AccessRow>> {
  await authorize("access_log", project);
  const known = accessActions.find((one) => one === action);
  const page = await listAccess(getLedger(), {
    project,
    limit: PAGE_ROWS,
    ...(known !== undefined && { action: known }),
    ...(user !== null && { userId: user }),
    ...(cursor !== undefined && { cursor }),
  });
  return {
    nextCursor: page.nextCursor,
    rows: page.rows.map((row) => ({
      id: row.id,
      atMs: row.at,
      userId: row.userId,
      userName: row.userName,
      userRole: row.userRole,
      action: row.action,
      subject: row.subject,
      detail: Object.entries(row.detail)
        .map(([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`)
        .join(", "),
      reason: row.reason,
      address: row.address,
      isOfInstance: row.project === INSTANCE,
    })),
  };
}
