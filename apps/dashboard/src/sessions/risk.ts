import { formatCount } from "../format.ts";

/** What of a session is weighed. */
export interface WeighedSession {
  calls: number;
  repeats: number;
  unknownEffects: number;
  retries: number;
  denials: number;
  errors: number;
  outcomes: Readonly<Record<string, number>>;
}

export interface RiskReason {
  /** `2 possible double writes`. */
  text: string;
  /** What it adds to the score. */
  weight: number;
}

export interface Risk {
  /** From 0 to 100. */
  score: number;
  level: RiskLevel;
  /** Heaviest first. */
  reasons: RiskReason[];
}

/** By the score: from 1, from 20, from 50. */
export const riskLevels = ["none", "low", "medium", "high"] as const;
export type RiskLevel = (typeof riskLevels)[number];

const MAX_SCORE = 100;

/**
 * How much a session needs a look. What may have done harm weighs most, and is capped, so that no single sign hides the
 * others:
 *
 * - possible double writes: 25 for the first, 15 for each more, 50 at most
 * - unknown effects: 20 for the first, 10 for each more, 40 at most
 * - retries: 1 each, and up to 15 by their share of the calls, 25 at most
 * - denials: 4 each, 20 at most
 * - one key used for different calls: 5 each, 15 at most
 * - errors: 1 each, 10 at most
 *
 * Whole numbers throughout: the column `sessions.risk` is computed by the same rule in the database, to sort by.
 */
export function riskOf(session: WeighedSession): Risk {
  const { calls, repeats, unknownEffects, retries, denials, errors } = session;
  const keyConflicts = session.outcomes.key_conflict ?? 0;
  const share = Math.floor((15 * retries) / Math.max(calls, 1));
  const reasons: RiskReason[] = [
    {
      text: counted(repeats, "possible double write"),
      weight: repeats === 0 ? 0 : Math.min(50, 10 + 15 * repeats),
    },
    {
      text: unknownEffects === 1 ? "1 effect unknown" : `${formatCount(unknownEffects)} effects unknown`,
      weight: unknownEffects === 0 ? 0 : Math.min(40, 10 + 10 * unknownEffects),
    },
    { text: `retried ${formatCount(retries)} of ${counted(calls, "call")}`, weight: Math.min(25, retries + share) },
    { text: counted(denials, "denial"), weight: Math.min(20, 4 * denials) },
    {
      text: `${counted(keyConflicts, "key")} used for different calls`,
      weight: Math.min(15, 5 * keyConflicts),
    },
    { text: counted(errors, "error"), weight: Math.min(10, errors) },
  ];
  const score = Math.min(
    MAX_SCORE,
    reasons.reduce((sum, { weight }) => sum + weight, 0),
  );
  return {
    score,
    level: levelOf(score),
    reasons: reasons.filter(({ weight }) => weight > 0).toSorted((one, other) => other.weight - one.weight),
  };
}

function levelOf(score: number): RiskLevel {
  if (score >= 50) return "high";
  if (score >= 20) return "medium";
  return score > 0 ? "low" : "none";
}

const counted = (count: number, noun: string): string => `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
