/** Totals of one window. */
export interface Totals {
  calls: number;
  refusals: number;
  /** Accepted, and did not succeed. */
  errors: number;
  firstAttempts: number;
  retries: number;
  replays: number;
  /** Possible double writes. */
  repeats: number;
  unknownEffects: number;
  outcomes: Record<string, number>;
}

/** The safety posture of a window, and of the same window a week before. */
export interface Posture {
  now: Totals;
  weekBefore: Totals;
}

export interface ToolUse {
  serverName: string;
  tool: string | null;
  calls: number;
  errors: number;
  p50Us: number | null;
  p95Us: number | null;
}

export interface RecordingHealth {
  lastRecordedAtMs: number | null;
  /** From a call's begin to its row, 95th percentile of the last minutes; null where there were none. */
  lagP95Ms: number | null;
  workerHeartbeatAgeMs: number | null;
  /** Bytes that wait in journals to be shipped; null where no worker says. */
  journalBacklogBytes: number | null;
  /** Rows whose id carries an implausible time. */
  misplacedCalls: number;
}
