import { sql } from "kysely";
import type { Ledger } from "../connection.ts";
import { LedgerError } from "../ledger-error.ts";

export interface ProjectSummary {
  name: string;
  createdAt: number;
  /** People with a role of their own in it. */
  members: number;
}

/** Every project, in byte order, the first 1,000. */
export async function listProjects(ledger: Ledger): Promise<ProjectSummary[]> {
  const { rows } = await sql<ProjectSummary>`
    select name, (extract(epoch from created_at) * 1000)::bigint as created_at,
      (select count(*) from project_members where project = projects.name)::int as members
    from projects order by name limit 1000`.execute(ledger.db);
  return rows;
}

const MAX_NAME_LENGTH = 64;

/** Why a project cannot have this name; undefined where it can. */
export function projectNameFault(name: string): string | undefined {
  if (name.length === 0) return "A project needs a name.";
  if (name.length > MAX_NAME_LENGTH) return `A name has at most ${MAX_NAME_LENGTH} characters.`;
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(name)) {
    return "A name begins with a lower-case letter or a digit and goes on with those, dots, dashes and underscores.";
  }
  return undefined;
}

/** @throws {LedgerError} `bad_name`, `already_exists` */
export async function createProject(ledger: Ledger, name: string): Promise<void> {
  const fault = projectNameFault(name);
  if (fault !== undefined)
    throw new LedgerError("bad_name", fault, { hint: 'For example "shop" or "team-a.staging".' });
  const made = await ledger.db
    .insertInto("projects")
    .values({ name, fingerprintCheck: null })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .returning("name")
    .executeTakeFirst();
  if (made === undefined) {
    throw new LedgerError("already_exists", `There is a project "${name}" already.`, { hint: "Take another name." });
  }
}
