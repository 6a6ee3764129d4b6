import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { journalDirectory, startShipper } from "@tachograph/gate/journal";
import { countCalls, type Ledger } from "@tachograph/ledger";

const run = promisify(execFile);

/**
 * Lets the demo's agents use the demo's servers, and brings the journals of the gate into the ledger as the worker does.
 *
 * @returns how many calls were recorded
 */
export async function recordDemoTraffic(
  ledger: Ledger,
  {
    databaseUrl,
    dataDirectory,
    seed,
    sessions,
  }: { databaseUrl: string; dataDirectory: string; seed: number; sessions: number },
): Promise<number> {
  const demo = dirname(fileURLToPath(import.meta.resolve("@tachograph/demo")));
  const env = { ...process.env, TACHOGRAPH_DATA_DIR: dataDirectory, TACHOGRAPH_DATABASE_URL: databaseUrl };
  const args = ["--seed", String(seed), "--sessions", String(sessions), "--rate", "0"];
  const from = Date.now();
  await run(process.execPath, [join(demo, "main.ts"), ...args], { env });
  const shipper = startShipper({ directory: journalDirectory(env), sink: ledger });
  try {
    // Most servers store their rows themselves; what is left in the journals is of the others, and of those that died.
    await shipper.flush();
    return (await countCalls(ledger, { project: "default", from, to: Date.now() })).count;
  } finally {
    await shipper.stop();
  }
}
