import { openLedger, rebuildRollups as rebuild, type Ledger } from "@tachograph/ledger";
import { databaseError } from "./database.ts";
import { readSettings } from "./settings.ts";

const TELL_EVERY_MS = 1_000;

/** Makes the rollups say what the rows say, while everything else goes on. The built-in database has to run. */
export async function rebuildRollups(): Promise<void> {
  const { databaseUrl } = readSettings();
  let ledger: Ledger | undefined;
  try {
    ledger = openLedger({ ...(databaseUrl !== undefined && { url: databaseUrl }), maxConnections: 2 });
    await ledger.check();
    const startedAt = performance.now();
    let nextAt = startedAt + TELL_EVERY_MS;
    const { days, correctedCounts, correctedSessions } = await rebuild(ledger, {
      onProgress({ days: done, ofDays }) {
        const now = performance.now();
        if (now < nextAt || done === ofDays) return;
        nextAt = now + TELL_EVERY_MS;
        const leftSeconds = Math.ceil((((now - startedAt) / done) * (ofDays - done)) / 1000);
        console.log(`  day ${done} of ${ofDays}, about ${leftSeconds} s left`);
      },
    });
    console.log(
      correctedCounts + correctedSessions === 0
        ? `Looked at ${days} days: the rollups say what the rows say.`
        : `Looked at ${days} days: mended ${correctedCounts} counts and ${correctedSessions} sessions.`,
    );
  } catch (cause) {
    throw databaseError(cause);
  } finally {
    await ledger?.close();
  }
}
