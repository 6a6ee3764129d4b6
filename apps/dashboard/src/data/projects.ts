import "server-only";
import { createProject, LedgerError, listProjects } from "@tachograph/ledger";
import type { Outcome } from "../settings/settings-views.ts";
import { recordAccess } from "./access-log.ts";
import { getLedger } from "./ledger.ts";
import { authorizeInstance } from "./viewer.ts";

export interface ProjectRow {
  name: string;
  createdAtMs: number;
  members: number;
}

export async function listProjectRows(): Promise<ProjectRow[]> {
  await authorizeInstance("projects");
  const projects = await listProjects(getLedger());
  return projects.map(({ name, createdAt, members }) => ({ name, createdAtMs: createdAt, members }));
}

/** The names of all projects, for whoever gives roles in them. */
export async function listProjectNames(): Promise<string[]> {
  await authorizeInstance("users");
  return (await listProjects(getLedger())).map(({ name }) => name);
}

export async function addProject(name: unknown): Promise<Outcome> {
  const person = await authorizeInstance("projects");
  const given = typeof name === "string" ? name.trim() : "";
  try {
    await createProject(getLedger(), given);
  } catch (error) {
    if (error instanceof LedgerError) return { fault: `${error.message} ${error.hint}` };
    throw error;
  }
  await recordAccess(person, { project: given, action: "project_created", subject: given });
  return { note: `The project ${given} is there.` };
}
