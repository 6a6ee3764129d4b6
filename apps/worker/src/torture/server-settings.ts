import type { Place } from "./place.ts";

/** What a server is told when it is started. */
export interface ServerSettings {
  /** Without the ledger it only observes, and whoever follows its journal ships it. */
  observes?: boolean;
  /** On a port that it says on its standard output, instead of on a pipe. */
  http?: boolean;
  leaseMs?: number;
  /** How long a duplicate waits for the execution that is under way. */
  waitMs?: number;
  claimBudgetMs?: number;
}

const SETTINGS_VARIABLE = "TORTURE_SETTINGS";

interface Told {
  place: Omit<Place, typeof Symbol.dispose>;
  settings: ServerSettings;
}

/** For the environment of a server. */
export const tell = (told: Told): Record<string, string> => ({ [SETTINGS_VARIABLE]: JSON.stringify(told) });

/** What this server was told. */
export const toldHere = (): Told => JSON.parse(process.env[SETTINGS_VARIABLE] ?? "{}") as Told;

/** A duplicate is answered at once, and a busy machine makes a claim wait instead of being refused. */
export const patient: ServerSettings = { waitMs: 0, claimBudgetMs: 10_000 };
