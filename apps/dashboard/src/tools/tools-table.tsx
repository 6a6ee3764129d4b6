"use client";

import { useMemo, type ReactNode } from "react";
import type { ScopeParams } from "../scope/scope.ts";
import { RowTable } from "../table/row-table.tsx";
import { toolColumns } from "./tool-columns.tsx";
import type { ToolRow } from "./tool-row.ts";

/** The tools of a window. All of them are here: there is nothing to load. */
export function ToolsTable({ rows, scope }: { rows: readonly ToolRow[]; scope: ScopeParams }): ReactNode {
  const columns = useMemo(() => toolColumns(scope), [scope]);
  const pages = useMemo(() => {
    const named = rows.map((row) => ({ ...row, id: JSON.stringify([row.serverName, row.tool]) }));
    return { rows: named, hasMore: false, status: "idle" as const, loadNext: () => {} };
  }, [rows]);
  return <RowTable label="Tools" columns={columns} pages={pages} className="max-h-[max(20rem,calc(100dvh-9.5rem))]" />;
}
