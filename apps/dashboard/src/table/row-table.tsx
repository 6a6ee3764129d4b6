"use client";

import { useTable, type ColumnDef } from "@tanstack/react-table";
import { clsx } from "clsx";
import { useEffect, useRef, type CSSProperties, type ReactNode } from "react";
import { Instant } from "../time/instant.tsx";
import { followRowLink } from "./row-link.tsx";
import { leastWidthOf, rowFeatures, tracksOf, type ColumnLayout, type RowFeatures } from "./column.ts";
import type { Pages } from "./use-pages.ts";
import { useRowKeys } from "./use-row-keys.ts";
import { useRowVirtualizer } from "./use-row-virtualizer.ts";

const ROW_PX = 34;
const LOAD_AHEAD_ROWS = 20;

const gridClass =
  "grid items-center gap-x-3 px-4 [grid-template-columns:var(--tracks)] md:[grid-template-columns:var(--tracks-md)] xl:[grid-template-columns:var(--tracks-xl)] 2xl:[grid-template-columns:var(--tracks-2xl)]";

const leastWidthClass = "min-w-(--least) md:min-w-(--least-md) xl:min-w-(--least-xl) 2xl:min-w-(--least-2xl)";

const cellClass = (layout: ColumnLayout | undefined): string =>
  clsx(
    "min-w-0 truncate",
    layout?.align === "end" && "text-right",
    layout?.from === "md" && "max-md:hidden",
    layout?.from === "xl" && "max-xl:hidden",
    layout?.from === "2xl" && "max-2xl:hidden",
  );

/**
 * A long table: only the rows in view are in the document, the next page is fetched before the end is reached.
 * Each row holds one {@link RowLink}; a click anywhere in the row follows it.
 */
export function RowTable<Row extends { id: string }>({
  label,
  columns,
  pages,
  activeId,
  onAtTop,
  className,
}: {
  label: string;
  columns: ColumnDef<RowFeatures, Row>[];
  pages: Pages<Row>;
  /** The row whose panel is open. */
  activeId?: string | null;
  /** Told when the first row comes into view or leaves it. */
  onAtTop?: (isAtTop: boolean) => void;
  className?: string;
}): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const table = useTable({ features: rowFeatures, columns, data: pages.rows, getRowId: (row) => row.id });
  const rows = table.getRowModel().rows;
  const keyOf = (index: number): string | number => rows[index]?.id ?? index;
  const virtualizer = useRowVirtualizer({ scroller, count: rows.length, rowPx: ROW_PX, keyOf });
  const items = virtualizer.getVirtualItems();

  const lastShown = items.at(-1)?.index ?? 0;
  const { hasMore, status, loadNext, searchedToMs = null } = pages;
  useEffect(() => {
    if (hasMore && status === "idle" && lastShown >= rows.length - LOAD_AHEAD_ROWS) loadNext();
  }, [hasMore, status, lastShown, rows.length, loadNext]);

  useRowKeys((step) => {
    const focused = document.activeElement?.closest<HTMLElement>("[data-index]")?.dataset.index;
    const from = focused === undefined ? rows.findIndex((row) => row.id === activeId) : Number(focused);
    const index = Math.min(Math.max(from + step, 0), rows.length - 1);
    virtualizer.scrollToIndex(index, { align: "auto" });
    requestAnimationFrame(() => {
      scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"] a`)?.focus({ preventScroll: true });
    });
  });

  const layouts = columns.map((column) => column.meta);
  const tracks = {
    "--tracks": tracksOf(layouts, "base"),
    "--tracks-md": tracksOf(layouts, "md"),
    "--tracks-xl": tracksOf(layouts, "xl"),
    "--tracks-2xl": tracksOf(layouts, "2xl"),
    "--least": leastWidthOf(tracksOf(layouts, "base")),
    "--least-md": leastWidthOf(tracksOf(layouts, "md")),
    "--least-xl": leastWidthOf(tracksOf(layouts, "xl")),
    "--least-2xl": leastWidthOf(tracksOf(layouts, "2xl")),
  } as CSSProperties;

  return (
    <div
      ref={scroller}
      onScroll={onAtTop && ((event) => onAtTop(event.currentTarget.scrollTop < ROW_PX))}
      role="table"
      data-rows
      aria-label={label}
      aria-rowcount={hasMore ? -1 : rows.length + 1}
      tabIndex={0}
      style={tracks}
      className={clsx("overflow-auto [overflow-anchor:none]", className)}
    >
      <div
        role="rowgroup"
        className={clsx(leastWidthClass, "sticky top-0 z-[1] border-b border-line bg-surface text-xs text-soft")}
      >
        {table.getHeaderGroups().map((group) => (
          <div key={group.id} role="row" aria-rowindex={1} className={clsx(gridClass, "h-8")}>
            {group.headers.map((header) => (
              <div key={header.id} role="columnheader" className={cellClass(header.column.columnDef.meta)}>
                <table.FlexRender header={header} />
              </div>
            ))}
          </div>
        ))}
      </div>
      <div role="rowgroup" className={clsx(leastWidthClass, "relative")} style={{ height: virtualizer.getTotalSize() }}>
        {items.map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          return (
            <div
              key={row.id}
              role="row"
              aria-rowindex={item.index + 2}
              data-index={item.index}
              data-active={row.id === activeId || undefined}
              onClick={followRowLink}
              style={{ height: ROW_PX, transform: `translateY(${item.start}px)` }}
              className={clsx(
                gridClass,
                "absolute inset-x-0 top-0 cursor-pointer border-b border-line/60 hover:bg-raised data-active:bg-accent-soft",
                "has-[a:focus-visible]:outline-2 has-[a:focus-visible]:-outline-offset-2 has-[a:focus-visible]:outline-accent",
              )}
            >
              {row.getAllCells().map((cell) => (
                <div key={cell.id} role="cell" className={cellClass(cell.column.columnDef.meta)}>
                  <table.FlexRender cell={cell} />
                </div>
              ))}
            </div>
          );
        })}
      </div>
      {hasMore && searchedToMs !== null && status !== "failed" ? (
        <p role="status" className="px-4 py-2 text-soft">
          Searched back to <Instant atMs={searchedToMs} />, and searching on.
        </p>
      ) : null}
      {!hasMore && rows.length === 0 ? <p className="px-4 py-2 text-soft">Nothing matches.</p> : null}
      {status === "failed" ? (
        <p role="alert" className="px-4 py-2 text-warn">
          The next rows could not be read.{" "}
          <button type="button" onClick={loadNext} className="font-medium underline">
            Try again
          </button>
        </p>
      ) : null}
    </div>
  );
}
