export type FacetName = "outcome" | "tool" | "server" | "retry" | "effect" | "principal" | "client" | "error";

/** A value of a field, and how many rows have it. */
export interface FacetValue {
  value: string;
  count: number;
}

/** The values of one field. */
export interface Facet {
  name: FacetName;
  title: string;
  /** Counted without this facet's own filter, most frequent first. */
  values: FacetValue[];
  /** How many of the newest calls were counted; null where all of them were. */
  ofNewest: number | null;
}
