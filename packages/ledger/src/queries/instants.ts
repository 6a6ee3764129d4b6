/** A row whose `Date`s have become milliseconds since the epoch. */
export type WithInstants<Row> = { [Column in keyof Row]: InstantOf<Row[Column]> };

type InstantOf<Value> = Value extends Date ? number : Value;

export function withInstants<Row extends object>(row: Row): WithInstants<Row> {
  const entries = Object.entries(row).map(([column, value]: [string, unknown]) => [
    column,
    value instanceof Date ? value.getTime() : value,
  ]);
  return Object.fromEntries(entries) as WithInstants<Row>;
}
