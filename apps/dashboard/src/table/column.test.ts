import { expect, test } from "vitest";
import { chooseColumns, leastWidthOf, tracksOf, type ColumnSpec } from "./column.ts";

const spec = (id: string, more: Partial<ColumnSpec<object>> = {}): ColumnSpec<object> => ({
  id,
  header: id,
  track: "6rem",
  cell: () => null,
  ...more,
});
const specs = [
  spec("time"),
  spec("tool", { track: "minmax(8rem,1.5fr)" }),
  spec("why", { from: "xl" }),
  spec("rule", { optional: true }),
];
const ids = (columns: readonly { id: string }[]): string[] => columns.map(({ id }) => id);

test("without a choice the usual columns are shown where there is room for them", () => {
  const columns = chooseColumns(specs, null);
  expect(ids(columns)).toEqual(["time", "tool", "why"]);
  expect(tracksOf(columns, "md")).toBe("6rem minmax(8rem,1.5fr)");
});

test("what somebody chose is shown at every width, in the order of the table, after the column with the link", () => {
  const columns = chooseColumns(specs, ["rule", "why", "no such column"]);
  expect(ids(columns)).toEqual(["time", "why", "rule"]);
  expect(tracksOf(columns, "base")).toBe("6rem 6rem 6rem");
});

test("a table is at least as wide as its columns, with the gaps between them", () => {
  expect(leastWidthOf("6rem minmax(8rem,1.5fr) minmax(0,1fr)")).toBe("17.50rem");
  expect(leastWidthOf("6rem")).toBe("8.00rem");
});
