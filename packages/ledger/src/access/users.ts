import { newId } from "@tachograph/record";
import { sql, type Kysely } from "kysely";
import type { Ledger } from "../connection.ts";
import type { AccessRole, Database } from "../database.ts";
import { LedgerError } from "../ledger-error.ts";

export type MemberRole = Exclude<AccessRole, "owner">;

export interface UserSummary {
  id: string;
  name: string;
  email: string;
  role: AccessRole;
  createdAt: number;
  disabledAt: number | null;
  /** Sessions that are in force. */
  sessions: number;
  /** When the latest of them began. */
  signedInAt: number | null;
  hasPassword: boolean;
  /** An invitation or reset that nobody has used yet. */
  hasOpenLink: boolean;
  /** Projects in which another role counts. */
  memberships: { project: string; role: MemberRole }[];
}

/** Everybody, in the order in which they came, the first 1,000. */
export async function listUsers(ledger: Ledger): Promise<UserSummary[]> {
  return readUsers(ledger, sql`true`);
}

export async function findUser(ledger: Ledger, userId: string): Promise<UserSummary | undefined> {
  return (await readUsers(ledger, sql`auth_user.id = ${userId}`))[0];
}

async function readUsers(ledger: Ledger, condition: ReturnType<typeof sql>): Promise<UserSummary[]> {
  const { rows } = await sql<UserSummary>`
    select auth_user.id, name, email, role, (extract(epoch from created_at) * 1000)::bigint as created_at,
      (extract(epoch from disabled_at) * 1000)::bigint as disabled_at, sessions.sessions, sessions.signed_in_at,
      exists (select from auth_account where user_id = auth_user.id and password is not null) as has_password,
      exists (select from auth_link where user_id = auth_user.id and expires_at > clock_timestamp()) as has_open_link,
      coalesce((
        select jsonb_agg(jsonb_build_object('project', project, 'role', project_members.role) order by project)
        from project_members where user_id = auth_user.id
      ), '[]') as memberships
    from auth_user cross join lateral (
      select count(*)::int as sessions, (extract(epoch from max(created_at)) * 1000)::bigint as signed_in_at
      from auth_session where user_id = auth_user.id and expires_at > clock_timestamp()
    ) as sessions
    where ${condition} order by auth_user.created_at, auth_user.id limit 1000`.execute(ledger.db);
  return rows;
}

/** @throws {LedgerError} `already_exists` */
export async function createUser(
  ledger: Ledger,
  { name, email, role }: { name: string; email: string; role: MemberRole },
): Promise<string> {
  const made = await ledger.db
    .insertInto("authUser")
    // Whoever opens the invitation got it from an admin who vouches for the address.
    .values({ id: newId(), name, email: email.toLowerCase(), emailVerified: true, image: null, role, disabledAt: null })
    .onConflict((conflict) => conflict.column("email").doNothing())
    .returning("id")
    .executeTakeFirst();
  if (made !== undefined) return made.id;
  throw new LedgerError("already_exists", `Somebody has the address ${email} already.`, {
    hint: "Change their role, or make a link that sets their password anew.",
  });
}

/** @throws {LedgerError} `last_admin` */
export async function setUserRole(
  ledger: Ledger,
  { userId, role }: { userId: string; role: MemberRole },
): Promise<void> {
  await keepingAnAdmin(ledger, async (db) => {
    await db.updateTable("authUser").set({ role, updatedAt: new Date() }).where("id", "=", userId).execute();
  });
}

/**
 * Keeps somebody from signing in, at once, or lets them in again.
 *
 * @throws {LedgerError} `last_admin`
 */
export async function setUserDisabled(
  ledger: Ledger,
  { userId, disabled }: { userId: string; disabled: boolean },
): Promise<void> {
  await keepingAnAdmin(ledger, async (db) => {
    const disabledAt = disabled ? sql<Date>`coalesce(disabled_at, clock_timestamp())` : null;
    await db.updateTable("authUser").set({ disabledAt, updatedAt: new Date() }).where("id", "=", userId).execute();
    if (!disabled) return;
    await db.deleteFrom("authSession").where("userId", "=", userId).execute();
    await db.deleteFrom("authLink").where("userId", "=", userId).execute();
  });
}

export async function renameUser(ledger: Ledger, { userId, name }: { userId: string; name: string }): Promise<void> {
  await ledger.db.updateTable("authUser").set({ name, updatedAt: new Date() }).where("id", "=", userId).execute();
}

/** Gives somebody a role of their own in a project, or takes it away, so that the one in the instance counts. */
export async function setMemberRole(
  ledger: Ledger,
  { project, userId, role }: { project: string; userId: string; role: MemberRole | null },
): Promise<void> {
  if (role === null) {
    await ledger.db.deleteFrom("projectMembers").where("project", "=", project).where("userId", "=", userId).execute();
    return;
  }
  await ledger.db
    .insertInto("projectMembers")
    .values({ project, userId, role })
    .onConflict((conflict) => conflict.columns(["project", "userId"]).doUpdateSet({ role }))
    .execute();
}

/** Changes one at a time, and takes back the change that would leave nobody who can look after users. */
async function keepingAnAdmin(ledger: Ledger, change: (db: Kysely<Database>) => Promise<void>): Promise<void> {
  await ledger.db.transaction().execute(async (db) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('tachograph users', 0))`.execute(db);
    const isLookedAfter = await hasAdmin(db);
    await change(db);
    if (!isLookedAfter || (await hasAdmin(db))) return;
    throw new LedgerError("last_admin", "This is the last person who can look after users.", {
      hint: "Make somebody else an admin first.",
    });
  });
}

async function hasAdmin(db: Kysely<Database>): Promise<boolean> {
  const admin = await db
    .selectFrom("authUser")
    .select("id")
    .where("role", "in", ["admin", "owner"])
    .where("disabledAt", "is", null)
    .limit(1)
    .executeTakeFirst();
  return admin !== undefined;
}
