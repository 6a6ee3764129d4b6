import { FileDiff, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { ToolName } from "../calls/call-columns.tsx";
import { callQuery } from "../calls/call-params.ts";
import { formatCount, formatDuration, formatRatio } from "../format.ts";
import { InertText } from "../inert/inert-text.tsx";
import type { ScopeParams } from "../scope/scope.ts";
import { toolHref } from "../scope/hrefs.ts";
import { defineColumns, type ColumnSpec } from "../table/column.ts";
import { RowLink } from "../table/row-link.tsx";
import { SortHeader } from "../table/sort-header.tsx";
import { DEFAULT_TOOL_SORT, type ToolSort } from "./tool-params.ts";
import type { ToolRow } from "./tool-row.ts";

/** A tool in a table, which needs an id. */
export interface ToolTableRow extends ToolRow {
  id: string;
}

const heading = (sort: ToolSort, label: string): ReactNode => (
  <SortHeader sort={sort} usual={DEFAULT_TOOL_SORT}>
    {label}
  </SortHeader>
);

/** A count with its share of the calls, where there is one. */
const counted = (sort: ToolSort, label: string, from: "md" | "xl", grave = false): ColumnSpec<ToolTableRow> => ({
  id: sort,
  header: heading(sort, label),
  track: "5rem",
  align: "end",
  from,
  cell: (row) =>
    row[sort] === 0 ? (
      <span className="text-soft/60">·</span>
    ) : (
      <span className={grave ? "font-semibold text-warn" : undefined}>
        {grave ? <TriangleAlert size={11} aria-hidden className="mr-1 inline" /> : null}
        {formatCount(row[sort])} <span className="text-xs text-soft">{formatRatio(row[sort], row.calls)}</span>
      </span>
    ),
});

export const toolColumns = (scope: ScopeParams) =>
  defineColumns<ToolTableRow>([
    {
      id: "tool",
      header: "Tool",
      track: "minmax(11rem,1.3fr)",
      narrowTrack: "minmax(8rem,1fr)",
      cell: (row) => (
        <RowLink
          href={
            row.tool === null
              ? `/calls${callQuery({ ...scope, server: [row.serverName], outcome: ["malformed"] })}`
              : toolHref({ ...scope, server: row.serverName, tool: row.tool })
          }
        >
          <ToolName serverName={row.serverName} tool={row.tool} />
        </RowLink>
      ),
    },
    {
      id: "calls",
      header: heading("calls", "Calls"),
      track: "4rem",
      align: "end",
      cell: (row) => formatCount(row.calls),
    },
    counted("invalid", "Invalid", "md"),
    {
      id: "worst",
      header: "Most failing parameter",
      track: "minmax(8rem,1fr)",
      from: "md",
      cell: ({ worstParameter, calls }) =>
        worstParameter === null ? null : (
          <>
            <InertText text={worstParameter.path || "(whole)"} max={60} className="font-mono text-xs" />{" "}
            <span className="text-xs text-soft">{formatRatio(worstParameter.calls, calls)}</span>
          </>
        ),
    },
    counted("errors", "Failed", "md"),
    counted("denials", "Denied", "xl"),
    counted("retries", "Retried", "xl"),
    counted("repeats", "Doubles", "xl", true),
    {
      id: "latency",
      header: <span title="Median and 95th percentile of the newest 100 calls">p50 / p95</span>,
      track: "8rem",
      align: "end",
      from: "xl",
      cell: ({ p50Us, p95Us }) =>
        p50Us === null || p95Us === null ? (
          <span className="text-soft/60">·</span>
        ) : (
          <>
            {formatDuration(p50Us)} <span className="text-soft">/ {formatDuration(p95Us)}</span>
          </>
        ),
    },
    {
      id: "contract",
      header: "Contract",
      track: "6rem",
      from: "2xl",
      cell: ({ contractChanges }) =>
        contractChanges === 0 ? null : (
          <span className="flex items-center gap-1.5" title="Its contract changed in this time">
            <FileDiff size={12} aria-hidden /> changed
          </span>
        ),
    },
  ]);
