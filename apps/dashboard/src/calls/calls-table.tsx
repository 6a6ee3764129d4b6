"use client";

import { parseAsString, useQueryState } from "nuqs";
import { useCallback, useMemo, type ReactNode } from "react";
import { useProject } from "../scope/use-project.ts";
import { RowTable } from "../table/row-table.tsx";
import { usePages, type Page } from "../table/use-pages.ts";
import { callColumns } from "./call-columns.tsx";
import { CallPanel } from "./call-panel.tsx";
import type { CallRow } from "./call-row.ts";
import { loadCalls } from "./load-calls.ts";

/** The rows of the audit trail, with a panel for the one that is looked at. */
export function CallsTable({ first, query }: { first: Page<CallRow>; query: string }): ReactNode {
  const [openId, setOpenId] = useQueryState("call", parseAsString.withOptions({ history: "push" }));
  const project = useProject();
  const load = useCallback((cursor: string) => loadCalls(query, cursor), [query]);
  const pages = usePages(first, load);
  const columns = useMemo(() => callColumns((id) => void setOpenId(id)), [setOpenId]);
  return (
    <>
      <RowTable
        label="Calls"
        columns={columns}
        pages={pages}
        activeId={openId}
        className="h-[calc(100dvh-11rem)] min-h-80"
      />
      <CallPanel project={project} callId={openId} rows={pages.rows} onChange={(id) => void setOpenId(id)} />
    </>
  );
}
