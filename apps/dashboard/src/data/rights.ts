export const roles = ["viewer", "operator", "auditor", "admin", "owner"] as const;
export type Role = (typeof roles)[number];

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
  viewer: ["rows"],
  operator: ["rows", "reconcile", "shared_views"],
  auditor: ["rows", "payloads", "shared_views", "access_log"],
  admin: ["rows", "shared_views", "access_log", "users", "keys", "projects"],
  owner: rights,
};
