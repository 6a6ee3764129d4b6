import "server-only";
import { findStanding, listVisibleProjects } from "@tachograph/ledger";
import { headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { cache } from "react";
import { DEFAULT_PROJECT, scopeQuery } from "../scope/scope.ts";
import { getAuth } from "./auth.ts";
import { getLedger } from "./ledger.ts";
import { hasRight, roles, type Right, type Role } from "./rights.ts";

/** Somebody who is signed in. */
export interface Person {
  id: string;
  name: string;
  email: string;
  sessionId: string;
  /** In every project where no membership says otherwise, and in what is about the instance. */
  instanceRole: Role;
}

/** Somebody who is signed in and looks into a project. */
export interface Viewer extends Person {
  /** In the project. */
  role: Role;
  can: (right: Right) => boolean;
}

/** Who is asking, from the session in the database; undefined where nobody is signed in. Read once per request. */
export const findPerson = cache(async (): Promise<Person | undefined> => {
  const session = await getAuth().api.getSession({ headers: await headers() });
  if (!session || session.user.disabledAt) return undefined;
  const { id, name, email, role } = session.user;
  const instanceRole = roles.find((known) => known === role) ?? "none";
  return { id, name, email, sessionId: session.session.id, instanceRole };
});

/** Who is asking; sends everybody else to the login page. */
export async function getPerson(): Promise<Person> {
  return (await findPerson()) ?? redirect("/login");
}

const standingIn = cache((userId: string, project: string) => findStanding(getLedger(), { userId, project }));

/** Somebody who is signed in asked for what their role does not allow. */
export class NotAllowedError extends Error {
  readonly right: Right;
  constructor(right: Right) {
    super(`This needs the right "${right}", which your role does not have.`);
    this.name = "NotAllowedError";
    this.right = right;
  }
}

/**
 * Who is looking, where they may do this in this project. Every function that reads or changes data begins with it.
 * Sends whoever is not signed in to the login page, and says "not found" of a project that is not there or in which the
 * person has no role.
 *
 * @throws {NotAllowedError}
 */
export async function authorize(right: Right, project: string): Promise<Viewer> {
  const person = await getPerson();
  // The types hold for our own pages; anybody can send anything.
  const standing = typeof project === "string" ? await standingIn(person.id, project) : undefined;
  if (standing === undefined || standing.role === "none") notFound();
  const can = (asked: Right): boolean => hasRight(asked, standing);
  if (!can(right)) throw new NotAllowedError(right);
  return { ...person, ...standing, can };
}

/**
 * Who is asking, where they may do this to the instance.
 *
 * @throws {NotAllowedError}
 */
export async function authorizeInstance(right: "users" | "projects"): Promise<Person> {
  const person = await getPerson();
  if (!hasRight(right, { instanceRole: person.instanceRole, role: "none" })) throw new NotAllowedError(right);
  return person;
}

/** The projects that the viewer may look into. */
export const listOwnProjects = cache(async (): Promise<string[]> => {
  const person = await getPerson();
  return listVisibleProjects(getLedger(), person.id);
});

/** Where somebody begins: the default project or, where that is not theirs, their first. */
export async function homeOf(userId: string): Promise<string> {
  const projects = await listVisibleProjects(getLedger(), userId);
  const project = projects.includes(DEFAULT_PROJECT) ? DEFAULT_PROJECT : projects[0];
  return `/${scopeQuery({ project: project ?? DEFAULT_PROJECT })}`;
}
