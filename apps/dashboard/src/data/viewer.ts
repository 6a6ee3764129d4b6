import "server-only";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import { getAuth } from "./auth.ts";

export const roles = ["viewer", "operator", "auditor", "admin", "owner"] as const;
export type Role = (typeof roles)[number];

/** What a role may do. `rows`: everything but payloads. The local owner may do all. */
export type Right = "rows" | "payloads" | "alerts" | "administration";

const rights: Readonly<Record<Role, readonly Right[]>> = {
  viewer: ["rows"],
  operator: ["rows", "alerts"],
  auditor: ["rows", "payloads"],
  admin: ["rows", "administration"],
  owner: ["rows", "payloads", "alerts", "administration"],
};

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
  return { id, name, role: known, can: (right) => rights[known].includes(right) };
});

/** Who is looking; sends everybody else to the login page. Every function that reads data begins with it. */
export async function getViewer(): Promise<Viewer> {
  return (await findViewer()) ?? redirect("/login");
}

/** Revokes the session that the request carries; gives the names of the cookies to forget. */
export async function endSession(requestHeaders: Headers): Promise<string[]> {
  const auth = getAuth();
  await auth.api.signOut({ headers: requestHeaders });
  const { authCookies } = await auth.$context;
  return Object.values(authCookies).map((cookie) => cookie.name);
}
