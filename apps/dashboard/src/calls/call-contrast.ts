import type { FilterName } from "./call-params.ts";

/** A value that sets the calls of a screen apart from others. */
export interface ContrastValue {
  title: string;
  /** Null where the calls have none. */
  value: string | null;
  these: number;
  others: number;
  /** The filter that leaves the calls with this value; null where there is none for it. */
  filter: FilterName | null;
}

export interface Contrast {
  /** Widest apart first. */
  values: ContrastValue[];
  /** How many calls were looked at. */
  these: number;
  others: number;
  /** Whether the others are of the same tools, servers and people. */
  isAmongAlike: boolean;
}
