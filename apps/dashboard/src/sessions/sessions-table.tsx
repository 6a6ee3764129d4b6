"use client";

import { useCallback, useMemo, type ReactNode } from "react";
import { RowTable } from "../table/row-table.tsx";
import { usePages, type Page } from "../table/use-pages.ts";
import { loadSessions } from "./load-sessions.ts";
import { sessionColumns } from "./session-columns.tsx";
import type { SessionRow } from "./session-row.ts";

export function SessionsTable({
  first,
  query,
  windowQuery,
}: {
  first: Page<SessionRow>;
  query: string;
  /** The time window's part of the query, which goes along into a session. */
  windowQuery: string;
}): ReactNode {
  const load = useCallback((cursor: string) => loadSessions(query, cursor), [query]);
  const pages = usePages(first, load);
  const columns = useMemo(() => sessionColumns(windowQuery), [windowQuery]);
  return <RowTable label="Sessions" columns={columns} pages={pages} className="h-[calc(100dvh-9.5rem)] min-h-80" />;
}
