import type { Migration } from "kysely/migration";
import { up as calls } from "./0001-calls.ts";
import { up as guards } from "./0002-guards.ts";
import { up as rollups } from "./0003-rollups.ts";
import { up as login } from "./0004-login.ts";
import { up as gate } from "./0005-gate.ts";
import { up as keptResults } from "./0006-kept-results.ts";
import { up as foundOut } from "./0007-found-out.ts";
import { up as reads } from "./0008-reads.ts";
import { up as views } from "./0009-views.ts";
import { up as access } from "./0010-access.ts";
import { up as sessions } from "./0011-sessions.ts";
import { up as tools } from "./0012-tools.ts";
import { up as lists } from "./0013-lists.ts";

/** Every migration in the order it is applied. A name that was released never changes. */
export const migrations: Readonly<Record<string, Migration>> = {
  "0001-calls": { up: calls },
  "0002-guards": { up: guards },
  "0003-rollups": { up: rollups },
  "0004-login": { up: login },
  "0005-gate": { up: gate },
  "0006-kept-results": { up: keptResults },
  "0007-found-out": { up: foundOut },
  "0008-reads": { up: reads },
  "0009-views": { up: views },
  "0010-access": { up: access },
  "0011-sessions": { up: sessions },
  "0012-tools": { up: tools },
  "0013-lists": { up: lists },
};
