import { newId } from "@tachograph/record";
import { sql } from "kysely";
import type { Ledger } from "../connection.ts";
import { decodeCursor, pageOf, type Page } from "../queries/page.ts";

/** What is written down about those who look. */
export const accessActions = [
  "payload_viewed",
  "payloads_opened",
  "payloads_closed",
  "searched",
  "signed_in",
  "sign_in_failed",
  "signed_out",
  "user_changed",
  "key_created",
  "key_revoked",
  "key_used",
  "project_created",
  "operation_reconciled",
  "exported",
] as const;
export type AccessAction = (typeof accessActions)[number];

/** The project of what is about the instance and no project. */
export const INSTANCE = "";

/** One thing that somebody did. Never holds a secret, an argument or a result. */
export interface Access {
  project: string;
  /** Null where nobody was signed in. */
  userId: string | null;
  userName: string;
  userRole: string | null;
  action: AccessAction;
  /** What it was done to. */
  subject: string | null;
  detail: Record<string, unknown>;
  reason: string | null;
  /** Where the request came from. */
  address: string | null;
}

export interface StoredAccess extends Access {
  id: string;
  at: number;
}

/**
 * Writes down what somebody did.
 *
 * @param onceWithinSeconds - Leaves it out where the same user did the same to the same subject that lately. Two at the
 * same instant may both be written.
 * @returns whether it was written
 */
export async function recordAccess(
  ledger: Ledger,
  access: Access,
  { onceWithinSeconds }: { onceWithinSeconds?: number } = {},
): Promise<boolean> {
  const isKnown =
    onceWithinSeconds === undefined
      ? sql`false`
      : sql`exists (
          select from access_log where project = ${access.project} and user_id is not distinct from ${access.userId}
            and id >= id_at(clock_timestamp() - ${onceWithinSeconds}::double precision * interval '1 second')
            and action = ${access.action} and subject is not distinct from ${access.subject}
            and reason is not distinct from ${access.reason})`;
  const { rows } = await sql`
    insert into access_log (project, id, user_id, user_name, user_role, action, subject, detail, reason, address)
    select ${access.project}, ${newId()}::text::uuid, ${access.userId}, ${access.userName}, ${access.userRole},
      ${access.action}, ${access.subject}, ${JSON.stringify(access.detail)}::text::jsonb, ${access.reason},
      ${access.address}
    where not ${isKnown} returning id`.execute(ledger.db);
  return rows.length > 0;
}

/** What was done in a project and to the instance, the latest first. */
export async function listAccess(
  ledger: Ledger,
  {
    project,
    action,
    userId,
    limit,
    cursor,
  }: { project: string; action?: AccessAction; userId?: string; limit: number; cursor?: string },
): Promise<Page<StoredAccess>> {
  const before = cursor === undefined ? undefined : decodeCursor(cursor, isIdKey)[0];
  const part = (of: string) => sql`
    (select * from access_log where project = ${of}
      ${before === undefined ? sql`` : sql`and id < ${before}::text::uuid`}
      ${action === undefined ? sql`` : sql`and action = ${action}`}
      ${userId === undefined ? sql`` : sql`and user_id = ${userId}`}
    order by id desc limit ${limit + 1})`;
  const { rows } = await sql<StoredAccess>`
    select project, id, (extract(epoch from at) * 1000)::bigint as at, user_id, user_name, user_role, action, subject,
      detail, reason, address
    from (${part(project)} ${project === INSTANCE ? sql`` : sql`union all ${part(INSTANCE)}`}) as parts
    order by parts.id desc limit ${limit + 1}`.execute(ledger.db);
  return pageOf(rows, limit, ({ id }) => [id]);
}

const isIdKey = ([id, ...rest]: unknown[]): boolean =>
  typeof id === "string" && /^[0-9a-f-]{36}$/.test(id) && rest.length === 0;
