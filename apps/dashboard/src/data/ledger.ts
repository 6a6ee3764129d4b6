import "server-only";
import { openLedger, type Ledger } from "@tachograph/ledger";
import { requestSignal } from "./request-signal.ts";
import { getSettings } from "./settings.ts";

const held = globalThis as { tachographLedger?: Ledger };

/** How long a person waits for rows, and for what stands beside them. */
const ROWS_WITHIN_MS = 5_000;
export const COUNTS_WITHIN_MS = 2_000;

/** The one connection pool of this process; kept across hot reloads. For what is written: nobody's leaving ends it. */
export function getLedger(): Ledger {
  held.tachographLedger ??= openLedger({
    url: getSettings().databaseUrl,
    maxConnections: 8,
    applicationName: "tachograph-dashboard",
    statementTimeoutMs: 20_000,
  });
  return held.tachographLedger;
}

/** The ledger as this request reads it: within a time, and only as long as its browser waits for the answer. */
export const getReader = (timeoutMs = ROWS_WITHIN_MS): Ledger =>
  getLedger().within({ timeoutMs, signal: requestSignal() });
