import type { ToolSort } from "./tool-params.ts";

/** What a window held of one tool. */
export interface ToolRow extends Readonly<Record<ToolSort, number>> {
  serverName: string;
  /** Null for calls that named none. */
  tool: string | null;
  refusals: number;
  unknownEffects: number;
  /** Contracts that were first seen in the window, where there had been another before. */
  contractChanges: number;
  /** Where most of its invalid calls were invalid. */
  worstParameter: { path: string; calls: number } | null;
  p50Us: number | null;
  p95Us: number | null;
  /** Calls that these are told from, the newest. */
  sampled: number;
}

/** A place in the arguments at which calls were invalid. */
export interface ParameterRow {
  path: string;
  calls: number;
  codes: { code: string; calls: number }[];
  exampleCallId: string;
  /** What would be valid there, and what to write into the contract; null where that does not show. */
  expected: string | null;
  advice: string | null;
}

export interface ParameterRows {
  rows: ParameterRow[];
  /** Places beyond these. */
  others: number;
  /** Invalid calls that were looked at, the newest, and whether there are more. */
  looked: number;
  capped: boolean;
}
