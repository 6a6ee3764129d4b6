import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Journal } from "@tachograph/gate/journal";
import { countCalls, listProcesses, openLedger, type Ledger } from "@tachograph/ledger";
import { createTestDatabase, type TestDatabase } from "@tachograph/ledger/testing";
import { newId } from "@tachograph/record";
import { sampleCall } from "@tachograph/record/testing";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { LogLevel } from "./log.ts";
import { startWorker, type Worker } from "./worker.ts";

const DAY_MS = 86_400_000;

let database: TestDatabase;
let ledger: Ledger;
let journalDirectory: string;
let logged: [LogLevel, string][];

beforeEach(async () => {
  database = await createTestDatabase();
  ledger = openLedger({ url: database.url });
  journalDirectory = mkdtempSync(join(tmpdir(), "tachograph-worker-"));
  logged = [];
});
afterEach(async () => {
  await ledger.close();
  await database.drop();
  rmSync(journalDirectory, { recursive: true });
});

const start = (databaseUrl: string = database.url): Worker =>
  startWorker({ databaseUrl, journalDirectory, log: (level, message) => logged.push([level, message]) });

const countStored = async (): Promise<number> => {
  const now = Date.now();
  return (await countCalls(ledger, { project: "default", from: now - DAY_MS, to: now + DAY_MS, filter: {} })).count;
};

/** What a gate would write: that many answered calls. */
function writeCalls(count: number): void {
  const instanceId = newId();
  const journal = new Journal({
    directory: journalDirectory,
    instanceId,
    shipsItself: false,
    onProblem: ({ message }) => expect.fail(message),
  });
  for (let seq = 1; seq <= count; seq++) {
    journal.append({ kind: "call", call: sampleCall({ instanceId, seq }), payload: null });
  }
  journal.close();
}

describe("the worker", () => {
  test("carries journals into the ledger and says that it lives", async () => {
    writeCalls(3);
    const worker = start();
    await vi.waitUntil(async () => (await countStored()) === 3, { timeout: 10_000 });
    await vi.waitUntil(async () => (await listProcesses(ledger)).length === 1, { timeout: 10_000 });
    const [beat] = await listProcesses(ledger);
    expect(beat).toMatchObject({ kind: "worker", detail: { rejected: 0, lastError: null } });
    await worker.stop();
  });

  test("stores what was written last before it ends", async () => {
    const worker = start();
    writeCalls(5);
    await worker.stop();
    expect(await countStored()).toBe(5);
  });

  test("waits for a database that is not there, and ends within seconds when asked to", async () => {
    writeCalls(1);
    const worker = start("postgres://tachograph:none@127.0.0.1:1/none");
    await vi.waitUntil(() => logged.length >= 3, { timeout: 10_000 });
    await sleep(300);
    await worker.stop();
    expect(logged).toContainEqual(["error", "calls cannot be stored; they wait in the journal"]);
    expect(logged).toContainEqual(["warn", "the last calls wait in the journal for the next worker"]);

    const next = start();
    await vi.waitUntil(async () => (await countStored()) === 1, { timeout: 10_000 });
    await next.stop();
  });
});
