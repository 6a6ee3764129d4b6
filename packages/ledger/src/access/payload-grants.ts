import { sql } from "kysely";
import type { Ledger } from "../connection.ts";
import { LedgerError } from "../ledger-error.ts";

/** Why somebody may see arguments and results of a project in this session, and until when. */
export interface PayloadGrant {
  reason: string;
  expiresAt: number;
}

export const PAYLOAD_GRANT_MINUTES = 30;
const MIN_REASON_LENGTH = 3;
const MAX_REASON_LENGTH = 500;

interface GrantKey {
  project: string;
  sessionId: string;
}

/** @throws {LedgerError} `bad_reason` */
export async function grantPayloads(
  ledger: Ledger,
  { project, sessionId, reason }: GrantKey & { reason: string },
): Promise<void> {
  const given = reason.trim();
  if (given.length < MIN_REASON_LENGTH || given.length > MAX_REASON_LENGTH) {
    throw new LedgerError("bad_reason", `A reason has ${MIN_REASON_LENGTH} to ${MAX_REASON_LENGTH} characters.`, {
      hint: "Say what you look for, so that others can judge it later.",
    });
  }
  await sql`
    insert into payload_grants (project, session_id, reason, expires_at)
    values (${project}, ${sessionId}, ${given}, clock_timestamp() + ${PAYLOAD_GRANT_MINUTES}::integer * interval '1 minute')
    on conflict (project, session_id) do update set reason = excluded.reason, expires_at = excluded.expires_at
  `.execute(ledger.db);
}

export async function findPayloadGrant(
  ledger: Ledger,
  { project, sessionId }: GrantKey,
): Promise<PayloadGrant | undefined> {
  const { rows } = await sql<PayloadGrant>`
    select reason, (extract(epoch from expires_at) * 1000)::bigint as expires_at from payload_grants
    where project = ${project} and session_id = ${sessionId} and expires_at > clock_timestamp()`.execute(ledger.db);
  return rows[0];
}

/** @returns whether there was one */
export async function endPayloadGrant(ledger: Ledger, { project, sessionId }: GrantKey): Promise<boolean> {
  const { numDeletedRows } = await ledger.db
    .deleteFrom("payloadGrants")
    .where("project", "=", project)
    .where("sessionId", "=", sessionId)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}
