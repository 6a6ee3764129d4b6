// The local file between the gate and the ledger, and what carries it there.
export { dataDirectory, journalDirectory } from "@tachograph/record/data-directory";
export { Journal, type AppendResult, type JournalOptions, type JournalProblem, type JournalStats } from "./journal.ts";
export { startShipper, type Shipper, type ShipperOptions, type ShipperStats } from "./shipper.ts";

// Which process wrote a file, and whether that very process still runs.
export { isAlive, ownIdentity, type ProcessIdentity } from "./process-identity.ts";
