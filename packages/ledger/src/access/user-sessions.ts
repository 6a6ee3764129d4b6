import { sql } from "kysely";
import type { Ledger } from "../connection.ts";

export interface UserSession {
  id: string;
  startedAt: number;
  expiresAt: number;
  address: string | null;
  userAgent: string | null;
}

/** The sessions of somebody that are in force, the latest first. */
export async function listUserSessions(ledger: Ledger, userId: string): Promise<UserSession[]> {
  const { rows } = await sql<UserSession>`
    select id, (extract(epoch from created_at) * 1000)::bigint as started_at,
      (extract(epoch from expires_at) * 1000)::bigint as expires_at, ip_address as address, user_agent
    from auth_session where user_id = ${userId} and expires_at > clock_timestamp()
    order by auth_session.created_at desc limit 200`.execute(ledger.db);
  return rows;
}

/**
 * Ends sessions of somebody, at once: one of them, or all but one that is kept.
 *
 * @returns how many ended
 */
export async function endUserSessions(
  ledger: Ledger,
  { userId, only, keep }: { userId: string; only?: string; keep?: string },
): Promise<number> {
  let query = ledger.db.deleteFrom("authSession").where("userId", "=", userId);
  if (only !== undefined) query = query.where("id", "=", only);
  if (keep !== undefined) query = query.where("id", "<>", keep);
  const { numDeletedRows } = await query.executeTakeFirst();
  return Number(numDeletedRows);
}
