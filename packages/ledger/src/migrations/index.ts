import type { Migration } from "kysely/migration";
import * as calls from "./0001-calls.ts";
import * as guards from "./0002-guards.ts";
import * as rollups from "./0003-rollups.ts";
import * as login from "./0004-login.ts";

/** Every migration in the order it is applied. A name that was released never changes. */
export const migrations: Readonly<Record<string, Migration>> = {
  "0001-calls": calls,
  "0002-guards": guards,
  "0003-rollups": rollups,
  "0004-login": login,
};
