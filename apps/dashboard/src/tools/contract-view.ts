import type { TextSlice } from "../inert/inert-block.tsx";

export interface ContractRow {
  hash: string;
  serverVersion: string | null;
  firstSeenAtMs: number;
  isInForce: boolean;
  /** Of the calls that were looked at those that ran under it, and when the last of them began. */
  calls: number;
  lastUsedAtMs: number | null;
}

/** One contract as indented JSON, and how it differs from another. */
export interface ContractView {
  hash: string;
  text: TextSlice;
  change: ContractChange | null;
}

export interface ContractChange {
  beforeHash: string;
  before: string;
  after: string;
  /** Whether the texts were too long to be compared to their ends. */
  isCut: boolean;
  /** What somebody has to know of the change. */
  flags: string[];
}

export interface ContractHistory {
  /** The newest first. */
  rows: ContractRow[];
  /** Calls of the window that were looked at, the newest, and whether there are more. */
  looked: number;
  capped: boolean;
  /** Null where no contract is known. */
  shown: ContractView | null;
}
