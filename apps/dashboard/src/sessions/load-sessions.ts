"use server";

import { listSessionRows } from "../data/sessions.ts";
import type { Page } from "../table/use-pages.ts";
import { loadSessionParams } from "./session-params.ts";
import type { SessionRow } from "./session-row.ts";

/** The next rows of the sessions screen whose URL query is `query`. */
export async function loadSessions(query: string, cursor: string): Promise<Page<SessionRow>> {
  return listSessionRows(loadSessionParams(new URLSearchParams(query)), { cursor });
}
