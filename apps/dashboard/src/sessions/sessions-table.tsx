"use client";

import { useCallback, useMemo, type ReactNode } from "react";
import { chooseColumns, defineColumns } from "../table/column.ts";
import { ColumnChooser, useChosenColumns } from "../table/column-chooser.tsx";
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
  const [chosen] = useChosenColumns();
  const columns = useMemo(
    () => defineColumns(chooseColumns(sessionColumns(windowQuery), chosen)),
    [windowQuery, chosen],
  );
  return (
    <RowTable label="Sessions" columns={columns} pages={pages} className="max-h-[max(20rem,calc(100dvh-9.5rem))]" />
  );
}

const specs = sessionColumns("");

/** Which columns the list of sessions shows. */
export function SessionColumnChooser(): ReactNode {
  return <ColumnChooser specs={specs} />;
}
