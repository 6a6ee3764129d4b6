import { retryingKinds, type CallRecord } from "@tachograph/record";
import { errorOutcomes, refusalOutcomes } from "../outcome-groups.ts";

/** The calls that a counter of a session counts: those whose field holds one of the members. */
export interface CountedCalls {
  field: keyof Pick<CallRecord, "outcome" | "effect" | "retryKind">;
  members: readonly string[];
}

/** The counters of a session besides `calls`, by column: told once for the two ways of counting, in SQL and in memory. */
export const sessionCounts = {
  refusals: { field: "outcome", members: refusalOutcomes },
  denials: { field: "outcome", members: ["denied"] },
  errors: { field: "outcome", members: errorOutcomes },
  retries: { field: "retryKind", members: retryingKinds },
  corrections: { field: "retryKind", members: ["corrected_retry"] },
  replays: { field: "outcome", members: ["duplicate_replayed"] },
  repeats: { field: "retryKind", members: ["repeat"] },
  unknown_effects: { field: "effect", members: ["unknown"] },
} as const satisfies Record<string, CountedCalls>;

export type SessionCount = keyof typeof sessionCounts;
export const sessionCountNames = Object.keys(sessionCounts) as SessionCount[];
