import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Journal } from "@tachograph/gate/journal";
import { countCalls, listProcesses, openLedger, type Ledger } from "@tachograph/ledger";
import { createTestDatabase, type TestDatabase } from "@tachograph/ledger/testing";
import { newId, type CallRecord } from "@tachograph/record";
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
    journal.append({ kind: "call", call: { ...answeredCall(), instanceId, seq }, payload: null });
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

function answeredCall(): CallRecord {
  return {
    id: newId(),
    project: "default",
    sessionId: "session-1",
    sessionSource: "meta",
    seq: 1,
    toolUseId: "toolu_1",
    rpcId: "1",
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: "b7ad6b7169203331",
    parentSpanId: null,
    instanceId: "01932c07-1111-7000-8000-000000000001",
    serverName: "orders",
    serverVersion: "1.0.0",
    tool: "get_order",
    toolDefHash: "ab".repeat(32),
    transport: "http",
    protocolVersion: "2026-07-28",
    clientName: "claude-code",
    clientVersion: "2.1.330",
    principal: "ann@example.com",
    principalType: "user",
    authMethod: "bearer",
    scopes: ["orders:read"],
    onBehalfOf: null,
    mutability: "read",
    mutabilitySource: "annotation",
    outcome: "ok",
    effect: "none",
    phase: "answered",
    rule: null,
    policyHash: null,
    reason: null,
    errorCode: null,
    errorMessage: null,
    issues: null,
    retryClass: "none",
    retryAfterMs: null,
    retryKind: "first",
    attempt: 1,
    retryOf: null,
    operationId: null,
    keySource: null,
    originalCallId: null,
    fingerprint: "cd".repeat(32),
    startedAt: Date.now(),
    durationUs: 1_500,
    validateUs: 20,
    authorizeUs: 30,
    onceUs: null,
    executeUs: 1_300,
    argumentsBytes: 40,
    resultBytes: 300,
    redactions: 0,
    truncated: false,
  };
}
