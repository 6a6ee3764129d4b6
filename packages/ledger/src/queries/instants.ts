/** A row whose `Date`s have become milliseconds since the epoch. */
export type WithInstants<Row> = { [Column in keyof Row]: Row[Column] extends Date ? number : Row[Column] };

export function withInstants<Row extends object>(row: Row): WithInstants<Row> {
  const entries = Object.entries(row).map(([column, value]: [string, unknown]) => [
    column,
    value instanceof Date ? value.getTime() : value,
  ]);
  return Object.fromEntries(entries) as WithInstants<Row>;
}
