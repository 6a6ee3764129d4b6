import { sql } from "kysely";
import type { Ledger } from "../connection.ts";
import type { AccessRole } from "../database.ts";

/** What somebody is in one project, now. */
export interface Standing {
  /** In every project where no membership says otherwise. */
  instanceRole: AccessRole;
  /** In this project. */
  role: AccessRole;
}

/** Undefined where there is no such project, or the person is unknown or disabled. */
export async function findStanding(
  ledger: Ledger,
  { userId, project }: { userId: string; project: string },
): Promise<Standing | undefined> {
  const { rows } = await sql<Standing>`
    select auth_user.role as instance_role, coalesce(project_members.role, auth_user.role) as role
    from auth_user join projects on projects.name = ${project}
    left join project_members on project_members.project = projects.name and project_members.user_id = auth_user.id
    where auth_user.id = ${userId} and auth_user.disabled_at is null`.execute(ledger.db);
  return rows[0];
}

/** What somebody is in the instance; undefined where they are unknown or disabled. */
export async function findInstanceRole(ledger: Ledger, userId: string): Promise<AccessRole | undefined> {
  const user = await ledger.db
    .selectFrom("authUser")
    .select("role")
    .where("id", "=", userId)
    .where("disabledAt", "is", null)
    .executeTakeFirst();
  return user?.role;
}

/** The names of the projects that somebody may look into, in byte order, the first 1,000. */
export async function listVisibleProjects(ledger: Ledger, userId: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select projects.name from auth_user cross join projects
    left join project_members on project_members.project = projects.name and project_members.user_id = auth_user.id
    where auth_user.id = ${userId} and auth_user.disabled_at is null
      and coalesce(project_members.role, auth_user.role) <> 'none'
    order by projects.name limit 1000`.execute(ledger.db);
  return rows.map(({ name }) => name);
}
