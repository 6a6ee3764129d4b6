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
  /** What it is called in a list of columns. @defaultValue `header` */
  title?: string;
  /** Shown only where somebody chose it. */
  optional?: boolean;
  cell: (row: Row) => ReactNode;
}

export function defineColumns<Row extends object>(specs: readonly ColumnSpec<Row>[]): ColumnDef<RowFeatures, Row>[] {
  const helper = createColumnHelper<RowFeatures, Row>();
  return specs.map(({ id, header, cell, title: _title, optional: _optional, ...meta }) =>
    helper.display({ id, header: () => header, cell: (context) => cell(context.row.original), meta }),
  );
}

/**
 * The columns that somebody chose, in the order of `specs`, at every width; without a choice those that are not optional.
 * The first column holds the row's link and is always there.
 */
export function chooseColumns<Row extends object>(
  specs: readonly ColumnSpec<Row>[],
  chosen: readonly string[] | null,
): ColumnSpec<Row>[] {
  if (chosen === null) return specs.filter(({ optional }) => !optional);
  return specs
    .filter(({ id }, index) => index === 0 || chosen.includes(id))
    .map(({ from: _from, ...spec }) => ({ ...spec }));
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

const GAP_REM = 0.75;
const PADDING_REM = 2;

/** The least width at which the tracks show something, such as `40.5rem`: below it the table scrolls sideways. */
export function leastWidthOf(tracks: string): string {
  const all = tracks.match(/[^\s(]+(?:\([^)]*\))?/g) ?? [];
  const least = all.map((track) => Number(/([\d.]+)rem/.exec(track)?.[1] ?? 0));
  const sum = least.reduce((total, rem) => total + rem, 0);
  return `${(sum + Math.max(0, all.length - 1) * GAP_REM + PADDING_REM).toFixed(2)}rem`;
}
