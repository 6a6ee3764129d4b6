import "server-only";
import { openLedger, type Ledger } from "@tachograph/ledger";
import { getSettings } from "./settings.ts";

const held = globalThis as { tachographLedger?: Ledger };

/** The one connection pool of this process; kept across hot reloads. */
export function getLedger(): Ledger {
  held.tachographLedger ??= openLedger({
    url: getSettings().databaseUrl,
    maxConnections: 8,
    applicationName: "tachograph-dashboard",
    statementTimeoutMs: 20_000,
  });
  return held.tachographLedger;
}
