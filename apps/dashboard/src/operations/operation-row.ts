import type { KeySource } from "@tachograph/record";
import type { OperationView } from "../calls/operation-view.ts";

/** One operation as lists show it, with what it is. Texts from outside are still raw. */
export interface OperationRow extends OperationView {
  project: string;
  serverName: string;
  tool: string;
  principal: string | null;
  sessionId: string | null;
  keySource: KeySource | null;
  claimedAtMs: number;
  resolvedAtMs: number | null;
}

/** How many there are of a kind, and for how long the oldest has been so. */
export interface OpenCount {
  count: number;
  oldestAgeMs: number | null;
}

export interface OpenCounts {
  unknown: OpenCount;
  inFlight: OpenCount;
  abandoned: OpenCount;
}
