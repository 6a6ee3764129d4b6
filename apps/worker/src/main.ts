import { journalDirectory } from "@tachograph/gate/journal";
import { logLine } from "./log.ts";
import { startWorker } from "./worker.ts";

const databaseUrl = process.env["TACHOGRAPH_DATABASE_URL"];
if (!databaseUrl) {
  console.error("tachograph worker: TACHOGRAPH_DATABASE_URL is not set. npm start sets it for its own worker.");
  process.exit(1);
}

// Whoever reads our lines may be gone before us.
process.stdout.on("error", () => undefined);

const worker = startWorker({ databaseUrl, journalDirectory: journalDirectory(), log: logLine });
let stopping = false;
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    void worker.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logLine("error", "worker did not stop cleanly", { error });
        process.exit(1);
      },
    );
  });
}
