import { storable } from "@tachograph/record";
import { sql } from "kysely";
import type { Ledger } from "../connection.ts";
import { LedgerError } from "../ledger-error.ts";

const DAY_MS = 86_400_000;
const MIN_REASON = 3;

/**
 * Settles an operation of unknown effect by what a person found out: `applied` is replayed as done, `not_applied` may be
 * executed again. Nobody else can settle it afterwards.
 *
 * @param options.attempt - The attempt that was looked at. Another one since makes the finding void.
 * @param options.retentionMs - How long it answers replays. @defaultValue 72 hours
 * @returns false where it is no longer unknown, or was attempted again
 * @throws {LedgerError} `bad_reason` where the reason has fewer than three characters
 */
export async function reconcileOperation(
  ledger: Ledger,
  options: {
    project: string;
    operationId: string;
    attempt: number;
    found: "applied" | "not_applied";
    reason: string;
    by: string;
    retentionMs?: number;
  },
): Promise<boolean> {
  const { project, operationId, attempt, found, by, retentionMs = 3 * DAY_MS } = options;
  const reason = options.reason.trim();
  if (reason.length < MIN_REASON) {
    throw new LedgerError("bad_reason", "An operation is settled by hand for a reason only.", {
      hint: "Say in three characters or more how you know.",
    });
  }
  const applied = found === "applied";
  const { rows } = await sql`
    update operations set
      state = ${applied ? "completed" : "failed_retryable"}, effect = ${applied ? "applied" : "none"},
      settled_at = now.at, retry_at = case when ${applied}::boolean then null else now.at end,
      expires_at = now.at + ${retentionMs}::float8 * interval '1 millisecond', kept_result = 'not_kept',
      owner_token = gen_random_uuid(), resolved_by = ${by}, resolved_reason = ${storable(reason)}, resolved_at = now.at
    from clock_timestamp() as now(at)
    where project = ${project} and id = ${storable(operationId)} and state = 'unknown' and attempt = ${attempt}
    returning id`.execute(ledger.db);
  return rows.length > 0;
}
