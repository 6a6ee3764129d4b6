import { createHash, randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { Ledger } from "../connection.ts";
import type { LinkPurpose } from "../database.ts";

const hashOf = (token: string): Buffer => createHash("sha256").update(token).digest();

/**
 * Makes a token that lets its bearer set somebody's password, once. Earlier tokens of the same person stop working.
 *
 * @returns the token, of which only the hash is kept
 */
export async function createPasswordLink(
  ledger: Ledger,
  { userId, purpose, holdsHours }: { userId: string; purpose: LinkPurpose; holdsHours: number },
): Promise<string> {
  const token = randomBytes(32).toString("base64url");
  await ledger.db.transaction().execute(async (db) => {
    await db.deleteFrom("authLink").where("userId", "=", userId).execute();
    await sql`
      insert into auth_link (token_hash, user_id, purpose, expires_at)
      values (${hashOf(token)}, ${userId}, ${purpose}, clock_timestamp() + ${holdsHours}::integer * interval '1 hour')
    `.execute(db);
  });
  return token;
}

export interface PasswordLink {
  userId: string;
  name: string;
  email: string;
  purpose: LinkPurpose;
}

/** Whose password a token sets; undefined where it is spent, old or wrong. */
export async function findPasswordLink(ledger: Ledger, token: string): Promise<PasswordLink | undefined> {
  const { rows } = await sql<PasswordLink>`
    select user_id, name, email, purpose from auth_link join auth_user on auth_user.id = user_id
    where token_hash = ${hashOf(token)} and expires_at > clock_timestamp() and disabled_at is null`.execute(ledger.db);
  return rows[0];
}

/** Takes a token out of the world. Of many who try at once, one gets it. */
export async function spendPasswordLink(ledger: Ledger, token: string): Promise<PasswordLink | undefined> {
  const { rows } = await sql<PasswordLink>`
    delete from auth_link using auth_user
    where token_hash = ${hashOf(token)} and auth_user.id = user_id and disabled_at is null
      and expires_at > clock_timestamp()
    returning user_id, name, email, purpose`.execute(ledger.db);
  return rows[0];
}
