"use client";

import { useCallback, useMemo, type ReactNode } from "react";
import { InertText } from "../inert/inert-text.tsx";
import { callHref } from "../scope/hrefs.ts";
import { defineColumns } from "../table/column.ts";
import { RowLink } from "../table/row-link.tsx";
import { RowTable } from "../table/row-table.tsx";
import { usePages, type Page } from "../table/use-pages.ts";
import { Instant } from "../time/instant.tsx";
import { actionLabels } from "./action-labels.ts";
import { accessLogQuery } from "./access-log-params.ts";
import { loadAccessRows } from "./change-settings.ts";
import type { AccessRow } from "./settings-views.ts";

/** A call leads to its page; anything else to what the same person did. */
const hrefOf = (row: AccessRow, project: string): string =>
  row.action === "payload_viewed" && row.subject !== null
    ? callHref({ project, id: row.subject })
    : `/settings/access-log${accessLogQuery({ project, user: row.userId })}`;

const columnsOf = (project: string) =>
  defineColumns<AccessRow>([
    {
      id: "at",
      header: "When",
      track: "8.5rem",
      narrowTrack: "5rem",
      cell: (row) => <Instant atMs={row.atMs} show="relative" className="text-soft" />,
    },
    {
      id: "who",
      header: "Who",
      track: "minmax(7rem,0.6fr)",
      cell: (row) => (
        <span>
          <InertText text={row.userName} max={80} className="font-medium" />
          {row.userRole === null ? null : <span className="text-xs text-soft"> {row.userRole}</span>}
        </span>
      ),
    },
    {
      id: "what",
      header: "What",
      track: "11rem",
      narrowTrack: "8rem",
      cell: (row) => (
        <RowLink href={hrefOf(row, project)}>
          {actionLabels[row.action as keyof typeof actionLabels] ?? row.action}
        </RowLink>
      ),
    },
    {
      id: "reason",
      header: "Reason",
      track: "minmax(6rem,0.7fr)",
      from: "md",
      cell: (row) =>
        row.reason === null ? <span className="text-soft/60">·</span> : <InertText text={row.reason} max={200} />,
    },
    {
      id: "detail",
      header: "More",
      track: "minmax(8rem,1fr)",
      from: "md",
      cell: (row) => <InertText text={row.detail || (row.subject ?? "")} max={200} className="text-xs text-soft" />,
    },
    {
      id: "address",
      header: "From",
      track: "7.5rem",
      from: "xl",
      cell: (row) => <InertText text={row.address ?? "·"} max={64} className="font-mono text-xs text-soft" />,
    },
  ]);

/** Who looked at what, page by page. */
export function AccessLogTable({
  first,
  query,
  project,
}: {
  first: Page<AccessRow>;
  query: string;
  project: string;
}): ReactNode {
  const load = useCallback((cursor: string) => loadAccessRows(query, cursor), [query]);
  const pages = usePages(first, load);
  const columns = useMemo(() => columnsOf(project), [project]);
  return <RowTable label="Access log" columns={columns} pages={pages} className="h-[calc(100dvh-14rem)] min-h-80" />;
}
