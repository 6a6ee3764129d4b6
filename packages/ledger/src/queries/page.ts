import { LedgerError } from "../ledger-error.ts";

/** One page of a list. `nextCursor` is null on the last page; otherwise it is handed back unread. */
export interface Page<Row> {
  rows: Row[];
  nextCursor: string | null;
}

/** A page of a list that may have to search for its rows. */
export interface SearchedPage<Row> extends Page<Row> {
  /**
   * How far back the search went before its time was up, in milliseconds since the epoch; `nextCursor` goes on from
   * there. Null where the page is full, or nothing is left.
   */
  searchedTo: number | null;
}

/** A count that stops somewhere, since nobody reads beyond. */
export interface CappedCount {
  count: number;
  /** Whether there are more than `count`. */
  capped: boolean;
}

/** Where counting stops. */
export const COUNT_CAP = 10_000;

export const cappedCount = (counted: number): CappedCount => ({
  count: Math.min(counted, COUNT_CAP),
  capped: counted > COUNT_CAP,
});

/** A page from one row more than it holds; the cursor names the last row of the page. */
export function pageOf<Row>(rows: Row[], limit: number, keyOf: (row: Row) => readonly (string | number)[]): Page<Row> {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, nextCursor: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null };
}

export const encodeCursor = (key: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(key)).toString("base64url");

/** @throws {LedgerError} `bad_cursor` */
export function decodeCursor(cursor: string, isKey: (key: unknown[]) => boolean): (string | number)[] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (Array.isArray(key) && isKey(key)) return key as (string | number)[];
  } catch {
    // Said below.
  }
  throw new LedgerError("bad_cursor", "The cursor is none of ours.", { hint: "Begin at the first page." });
}
