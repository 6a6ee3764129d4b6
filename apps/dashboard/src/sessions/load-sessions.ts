"use server";

import type { FacetValue } from "../calls/facet.ts";
import { listSessionFieldValues, listSessionRows } from "../data/sessions.ts";
import type { Page } from "../table/use-pages.ts";
import { loadSessionParams } from "./session-params.ts";
import type { SessionRow } from "./session-row.ts";

/** The next rows of the sessions screen whose URL query is `query`. */
export async function loadSessions(query: string, cursor: string): Promise<Page<SessionRow>> {
  return listSessionRows(loadSessionParams(new URLSearchParams(query)), { cursor });
}

/** What completes a field of a search, counted with the other filters of the screen in force. */
export async function loadSessionFieldValues(query: string, field: string, typed: string): Promise<FacetValue[]> {
  return listSessionFieldValues(loadSessionParams(new URLSearchParams(query)), field, typed);
}
