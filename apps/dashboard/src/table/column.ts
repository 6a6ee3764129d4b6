import { createColumnHelper, tableFeatures, type ColumnDef } from "@tanstack/react-table";
import type { ReactNode } from "react";

export interface ColumnLayout {
  /** CSS grid track, such as `6rem` or `minmax(8rem,1fr)`. */
  track: string;
  /** The track below 768 px. @defaultValue `track` */
  narrowTrack?: string;
  align?: "end";
  /** Shown only where there is room: from 768, 1280 or 1536 px. Always, where not given. */
  from?: "md" | "xl" | "2xl";
}

export const rowFeatures = tableFeatures({ columnMeta: {} as ColumnLayout });
export type RowFeatures = typeof rowFeatures;

/** A column of a {@link RowTable}: an id, a heading, where it stands, and what it shows of a row. */
export interface ColumnSpec<Row extends object> extends ColumnLayout {
  id: string;
  header: ReactNode;
  cell: (row: Row) => ReactNode;
}

export function defineColumns<Row extends object>(specs: readonly ColumnSpec<Row>[]): ColumnDef<RowFeatures, Row>[] {
  const helper = createColumnHelper<RowFeatures, Row>();
  return specs.map(({ id, header, cell, ...meta }) =>
    helper.display({ id, header: () => header, cell: (context) => cell(context.row.original), meta }),
  );
}

type TableWidth = "base" | "md" | "xl" | "2xl";

const shownFrom: Readonly<Record<TableWidth, readonly ColumnLayout["from"][]>> = {
  base: [undefined],
  md: [undefined, "md"],
  xl: [undefined, "md", "xl"],
  "2xl": [undefined, "md", "xl", "2xl"],
};

/** Grid tracks of the columns that are shown from a width on. */
export function tracksOf(layouts: readonly (ColumnLayout | undefined)[], width: TableWidth): string {
  return layouts
    .filter((layout) => shownFrom[width].includes(layout?.from))
    .map((layout) => (width === "base" ? layout?.narrowTrack : undefined) ?? layout?.track ?? "minmax(0,1fr)")
    .join(" ");
}
