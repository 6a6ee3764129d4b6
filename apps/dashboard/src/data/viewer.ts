import "server-only";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import { getAuth } from "./auth.ts";
import { rightsOf, roles, type Right, type Role } from "./rights.ts";

export interface Viewer {
  id: string;
  name: string;
  role: Role;
  can: (right: Right) => boolean;
}

const isRole = (role: string): role is Role => roles.some((known) => known === role);

/** Who is looking, from the session in the database; undefined where nobody is signed in. Read once per request. */
export const findViewer = cache(async (): Promise<Viewer | undefined> => {
  const session = await getAuth().api.getSession({ headers: await headers() });
  if (!session) return undefined;
  const { id, name, role } = session.user;
  const known = isRole(role) ? role : "viewer";
  return { id, name, role: known, can: (right) => rightsOf[known].includes(right) };
});

/** Who is looking; sends everybody else to the login page. */
export async function getViewer(): Promise<Viewer> {
  return (await findViewer()) ?? redirect("/login");
}

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
 * Sends whoever is not signed in to the login page.
 *
 * @throws {NotAllowedError}
 */
export async function authorize(right: Right, _project: string): Promise<Viewer> {
  const viewer = await getViewer();
  if (!viewer.can(right)) throw new NotAllowedError(right);
  return viewer;
}

/** Revokes the session that the request carries; gives the names of the cookies to forget. */
export async function endSession(requestHeaders: Headers): Promise<string[]> {
  const auth = getAuth();
  await auth.api.signOut({ headers: requestHeaders });
  const { authCookies } = await auth.$context;
  return Object.values(authCookies).map((cookie) => cookie.name);
}
