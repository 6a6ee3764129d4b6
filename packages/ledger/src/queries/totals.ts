import { retryingKinds, type Outcome } from "@tachograph/record";
import { sql } from "kysely";
import type { Ledger } from "../connection.ts";
import { attemptKinds, errorOutcomes, refusalOutcomes } from "../outcome-groups.ts";
import { callVolume } from "./call-volume.ts";
import type { Scope } from "./window.ts";

export interface Totals {
  calls: number;
  refusals: number;
  /** Accepted, and did not succeed. */
  errors: number;
  retries: number;
  /** Deliveries that are neither retries nor continuations. */
  firstAttempts: number;
  /** `retries / firstAttempts`; null where there was none. */
  retryRatio: number | null;
  replays: number;
  /** Possible double writes. */
  repeats: number;
  unknownEffects: number;
  /** Outcomes without calls are left out. */
  outcomes: Partial<Record<Outcome, number>>;
}

/** What a window held. */
export async function getTotals(ledger: Ledger, scope: Scope): Promise<Totals> {
  const { rows } = await sql<{ outcome: Outcome; retryKind: string; calls: number; unknownEffects: number }>`
    select outcome, retry_kind, sum(calls)::bigint as calls, sum(unknown_effects)::bigint as unknown_effects
    from (${callVolume(scope)}) as volume group by outcome, retry_kind having sum(calls) > 0`.execute(ledger.db);

  const sum = (matches: (row: (typeof rows)[number]) => boolean): number =>
    rows.reduce((total, row) => (matches(row) ? total + row.calls : total), 0);
  const ofKinds = (kinds: readonly string[]): number => sum(({ retryKind }) => kinds.includes(retryKind));
  const ofOutcomes = (outcomes: readonly string[]): number => sum(({ outcome }) => outcomes.includes(outcome));

  const outcomes: Partial<Record<Outcome, number>> = {};
  for (const { outcome, calls } of rows) outcomes[outcome] = (outcomes[outcome] ?? 0) + calls;
  const retries = ofKinds(retryingKinds);
  const firstAttempts = ofKinds(attemptKinds);
  return {
    calls: sum(() => true),
    refusals: ofOutcomes(refusalOutcomes),
    errors: ofOutcomes(errorOutcomes),
    retries,
    firstAttempts,
    retryRatio: firstAttempts === 0 ? null : retries / firstAttempts,
    replays: outcomes.duplicate_replayed ?? 0,
    repeats: ofKinds(["repeat"]),
    unknownEffects: rows.reduce((total, row) => total + row.unknownEffects, 0),
    outcomes,
  };
}
