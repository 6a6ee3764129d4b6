import type { Client } from "pg";
import { LedgerError } from "../ledger-error.ts";
import { cancelQuery } from "./cancel-query.ts";

/** How long somebody waits for a query, and whether anybody still does. */
export interface QueryBudget {
  /** From the moment a query is sent. */
  timeoutMs: number;
  /** Aborted when nobody wants the answer any more. */
  signal?: AbortSignal | undefined;
}

const QUERY_CANCELED = "57014";

/**
 * Runs a query that Postgres ends as soon as its budget is spent or nobody waits for it.
 *
 * @throws {LedgerError} `too_slow`, `abandoned`
 */
export async function withinBudget<Result>(
  client: Client,
  { timeoutMs, signal }: QueryBudget,
  query: () => Promise<Result>,
): Promise<Result> {
  assertWanted(signal);
  let cancelled: Promise<void> | undefined;
  let tooSlow = false;
  const cancel = (): void => {
    cancelled ??= cancelQuery(client);
  };
  const timer = setTimeout(() => {
    tooSlow = true;
    cancel();
  }, timeoutMs);
  signal?.addEventListener("abort", cancel, { once: true });
  try {
    return await query();
  } catch (error) {
    if ((error as { code?: unknown }).code !== QUERY_CANCELED) throw error;
    if (!tooSlow) assertWanted(signal, error);
    throw tooSlowError(timeoutMs, error);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", cancel);
    // Else it might end what the connection is used for next.
    await cancelled;
  }
}

/** @throws {LedgerError} `abandoned` */
export function assertWanted(signal: AbortSignal | undefined, cause?: unknown): void {
  if (signal?.aborted !== true) return;
  throw new LedgerError("abandoned", "Whoever asked is gone.", { hint: "Ask again.", cause });
}

const tooSlowError = (timeoutMs: number, cause: unknown): LedgerError =>
  new LedgerError("too_slow", `The answer took longer than ${timeoutMs / 1000} s.`, {
    hint: "Narrow the time or the filter.",
    cause,
  });
