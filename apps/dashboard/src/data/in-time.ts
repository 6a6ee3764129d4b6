import "server-only";
import { LedgerError } from "@tachograph/ledger";

/** What somebody asked for; undefined where the database could not answer within its time. Anything else fails as before. */
export async function inTime<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof LedgerError && error.code === "too_slow") return undefined;
    throw error;
  }
}
