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
  isWorkerAlive: boolean;
  /** Of the liveliest worker; null where none ran for a week. */
  workerHeartbeatAgeMs: number | null;
  /** Why storing fails now, as a worker says; null where it does not. */
  workerError: string | null;
  /** Bytes that wait in journals to be stored; null where no worker says. */
  journalBacklogBytes: number | null;
  /** How long the oldest row among them has waited; null where none does. */
  oldestWaitingMs: number | null;
  /** Records that neither disk nor memory of a gate took, in a week. */
  lostRecords: number;
  /** Rows that Postgres will never take, in a week. */
  rejectedRows: number;
  /** Of journals, torn or damaged, in a week. */
  damagedBytes: number;
  /** Rows whose id carries an implausible time. */
  misplacedCalls: number;
}
