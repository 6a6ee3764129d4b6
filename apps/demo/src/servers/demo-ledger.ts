import { openLedger, type Ledger, type LedgerOptions } from "@tachograph/ledger";

/** Set for the servers of a run where the ledger was found to be there. */
const VARIABLE = "DEMO_ONCE";

/** A machine that starts a dozen processes answers its first statements late, and a demo can wait. */
const CLAIM_BUDGET_MS = 5_000;

/** The ledger that the run's servers keep their operations in; undefined where the run has none. */
export function openDemoLedger(
  options: Pick<LedgerOptions, "maxConnections" | "operationConnections"> = {},
): Ledger | undefined {
  if (process.env[VARIABLE] !== "on") return undefined;
  return openLedger({ ...options, applicationName: "tachograph-demo", claimBudgetMs: CLAIM_BUDGET_MS });
}

/** Whether servers of this environment can keep operations: the variables that say so to them, or why they cannot. */
export async function findDemoLedger(): Promise<{ environment: Record<string, string> } | { missing: string }> {
  let ledger: Ledger | undefined;
  try {
    ledger = openLedger({ applicationName: "tachograph-demo", maxConnections: 1 });
    await ledger.check();
    return { environment: { [VARIABLE]: "on" } };
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error) };
  } finally {
    await ledger?.close();
  }
}
