// The connection: everything else takes the ledger as its first argument.
export { openLedger, type Ledger, type LedgerOptions } from "./connection.ts";
export { LedgerError, type LedgerErrorCode } from "./ledger-error.ts";
export { migrate } from "./migrate.ts";
export type { Database } from "./database.ts";

// Upkeep.
export { countDefaultPartition, ensurePartitions } from "./partitions.ts";
