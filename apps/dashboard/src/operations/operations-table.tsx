"use client";

import { useCallback, type ReactNode } from "react";
import { RowTable } from "../table/row-table.tsx";
import { usePages, type Page } from "../table/use-pages.ts";
import { loadOperations } from "./load-operations.ts";
import { operationColumns } from "./operation-columns.tsx";
import type { OperationRow } from "./operation-row.ts";

export function OperationsTable({ first, query }: { first: Page<OperationRow>; query: string }): ReactNode {
  const load = useCallback((cursor: string) => loadOperations(query, cursor), [query]);
  const pages = usePages(first, load);
  return (
    <RowTable
      label="Operations"
      columns={operationColumns}
      pages={pages}
      className="max-h-[max(20rem,calc(100dvh-16rem))]"
    />
  );
}
