/** What a server is told when it is started. */
export interface ServerSettings {
  /** Without the ledger it only observes, and whoever follows its journal ships it. */
  observes: boolean;
  leaseMs?: number;
  /** How long a duplicate waits for the execution that is under way. */
  waitMs?: number;
  claimBudgetMs?: number;
}

export const SETTINGS_VARIABLE = "TORTURE_SETTINGS";

/** A duplicate is answered at once, and a busy machine makes a claim wait instead of being refused. */
export const patient: Partial<ServerSettings> = { waitMs: 0, claimBudgetMs: 10_000 };
