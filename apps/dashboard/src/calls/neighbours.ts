/** The rows beside one in its list, by the ids of their calls. Null at an end. */
export interface Neighbours {
  previous: string | null;
  next: string | null;
}

/** Of the rows that are there; undefined where the row is not among them, or stands at an edge beyond which there may be more. */
export function neighboursIn(rows: readonly { id: string }[], id: string, hasMore: boolean): Neighbours | undefined {
  const index = rows.findIndex((row) => row.id === id);
  if (index === -1 || (index === rows.length - 1 && hasMore)) return undefined;
  return { previous: rows[index - 1]?.id ?? null, next: rows[index + 1]?.id ?? null };
}
