import type { AccessRole } from "@tachograph/ledger";

export const roles = ["none", "viewer", "operator", "auditor", "admin", "owner"] as const satisfies AccessRole[];
export type Role = (typeof roles)[number];

/** What somebody can be made: the owner is who started the instance. */
export const givenRoles = ["none", "viewer", "operator", "auditor", "admin"] as const satisfies Role[];
export type GivenRole = (typeof givenRoles)[number];

export const roleMeanings: Readonly<Record<Role, string>> = {
  none: "No access, but where a project gives some",
  viewer: "Rows, no arguments and results",
  operator: "Rows, and says what became of unknown operations",
  auditor: "Rows, arguments and results for a reason, the access log",
  admin: "Rows, users, keys and projects, no arguments and results",
  owner: "Everything: started this instance",
};

/** What somebody may do in the dashboard. */
export const rights = [
  /** Rows, rollups and contracts: everything of a trail but arguments and results. */
  "rows",
  /** Arguments and results, for a reason that is written down. */
  "payloads",
  /** Saying what became of an operation of unknown effect. */
  "reconcile",
  /** Making views that everybody in the project sees, and removing those of others. */
  "shared_views",
  /** Reading who looked at what. */
  "access_log",
  /** Users, their roles and their sessions. */
  "users",
  /** Keys of programs. */
  "keys",
  "projects",
] as const;
export type Right = (typeof rights)[number];

/** Whoever may look after users may not look into payloads, and the other way round; the owner of an instance may both. */
export const rightsOf: Readonly<Record<Role, readonly Right[]>> = {
  none: [],
  viewer: ["rows"],
  operator: ["rows", "reconcile", "shared_views"],
  auditor: ["rows", "payloads", "shared_views", "access_log"],
  admin: ["rows", "shared_views", "access_log", "users", "keys", "projects"],
  owner: rights,
};

/** Rights that are about the instance: no role in a project gives them. */
const instanceRights: readonly Right[] = ["users", "projects"];

/** Whether somebody with these roles has a right. */
export const hasRight = (right: Right, { instanceRole, role }: { instanceRole: Role; role: Role }): boolean =>
  rightsOf[instanceRights.includes(right) ? instanceRole : role].includes(right);
