import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLedger, rebuildRollups } from "@tachograph/ledger";
import { createTestDatabase } from "@tachograph/ledger/testing";
import { idTime } from "@tachograph/record";
import { expect, test } from "vitest";
import { countCalls, countTrail, onceEach, TestGate } from "./testing-trail.ts";

const ROWS = 16_000;
const DAY_MS = 86_400_000;

const startWorker = (directory: string, url: string): ChildProcess =>
  spawn(process.execPath, [join(import.meta.dirname, "main.ts")], {
    env: { PATH: process.env["PATH"] ?? "", TACHOGRAPH_DATA_DIR: directory, TACHOGRAPH_DATABASE_URL: url },
    stdio: "ignore",
  });

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

test(
  "rollups equal a recount of the rows after a shipper is killed mid-stream again and again",
  { timeout: 120_000 },
  async () => {
    const directory = mkdtempSync(join(tmpdir(), "tachograph-killed-"));
    await using database = await createTestDatabase();
    const ledger = openLedger({ url: database.url });
    const gate = new TestGate(join(directory, "journal"));
    gate.write(ROWS);
    let worker = startWorker(directory, database.url);
    try {
      let midStream = 0;
      for (let round = 0; round < 2; round++) {
        const before = await countCalls(ledger);
        await expect.poll(() => countCalls(ledger), { interval: 5, timeout: 20_000 }).toBeGreaterThan(before);
        await kill(worker);
        const stored = await countCalls(ledger);
        if (stored === ROWS) break;
        midStream++;
        worker = startWorker(directory, database.url);
      }
      expect(midStream).toBeGreaterThan(0);
      await expect.poll(() => countCalls(ledger), { timeout: 60_000 }).toBe(ROWS);
      expect(await countTrail(ledger)).toEqual(onceEach(ROWS));
      const [first] = gate.calls;
      const from = idTime(first?.id ?? "") - DAY_MS;
      expect(await rebuildRollups(ledger, { from })).toMatchObject({ correctedCounts: 0, correctedSessions: 0 });
    } finally {
      await kill(worker);
      gate.close();
      await ledger.close();
      rmSync(directory, { recursive: true, force: true });
    }
  },
);
