import { newId } from "@tachograph/record";
import { sampleCall } from "@tachograph/record/testing";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openLedger, type Ledger } from "../connection.ts";
import { recorded } from "../sample-calls.ts";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import { recordHeartbeat } from "./processes.ts";
import { getRecordingHealth } from "./recording-health.ts";

let database: TestDatabase;
let ledger: Ledger;
beforeAll(async () => {
  database = await createTestDatabase();
  ledger = openLedger({ url: database.url });
});
afterAll(async () => {
  await ledger.close();
  await database.drop();
});
beforeEach(async () => {
  await sql`truncate processes`.execute(ledger.db);
});

const health = (): ReturnType<typeof getRecordingHealth> => getRecordingHealth(ledger, { project: "default" });

/** A worker that said this, so long ago. */
async function worker(detail: object, agoSeconds = 0): Promise<string> {
  const instanceId = newId();
  await recordHeartbeat(ledger, { kind: "worker", instanceId, startedAt: new Date(), detail });
  await sql`update processes set heartbeat_at = heartbeat_at - ${agoSeconds} * interval '1 second'
    where instance_id = ${instanceId}`.execute(ledger.db);
  return instanceId;
}

test("where no worker ever ran, nothing is known of what waits", async () => {
  expect(await health()).toMatchObject({
    workers: [],
    isWorkerAlive: false,
    workerHeartbeatAgeMs: null,
    backlogBytes: null,
    oldestWaitingMs: null,
    dropped: 0,
  });
});

test("what waits is what the living workers say; what was lost or set aside stays found when its worker is gone", async () => {
  const stats = { dropped: 0, rejected: 0, damagedBytes: 0, lastError: null };
  const one = await worker({ ...stats, backlogBytes: 1_000, oldestWaitingMs: 12_000, rejected: 1 });
  const two = await worker({ ...stats, backlogBytes: 500, oldestWaitingMs: null, lastError: "it is away" });
  const gone = await worker(
    { ...stats, backlogBytes: 9_999, oldestWaitingMs: 99_000, dropped: 7, damagedBytes: 5 },
    60,
  );
  await worker({ ...stats, dropped: 100 }, 8 * 86_400);
  const found = await health();
  expect(found).toMatchObject({
    isWorkerAlive: true,
    backlogBytes: 1_500,
    oldestWaitingMs: 12_000,
    dropped: 7,
    rejected: 1,
    damagedBytes: 5,
  });
  const ids = found.workers.map(({ instanceId }) => instanceId);
  expect([new Set(ids.slice(0, 2)), ids[2], ids.length]).toEqual([new Set([one, two]), gone, 3]);
  expect(found.workers.find(({ instanceId }) => instanceId === two)).toMatchObject({ lastError: "it is away" });
  expect(found.workers[2]).toMatchObject({ isAlive: false, dropped: 7 });
});

test("a worker of another version that says other things is alive all the same", async () => {
  await worker({ backlogBytes: "many", rejected: null });
  expect(await health()).toMatchObject({ isWorkerAlive: true, backlogBytes: null, rejected: 0 });
});

test("the time from call to row is that of the rows of the last minutes", async () => {
  const startedAt = Date.now() - 3_000;
  await ledger.record({
    calls: Array.from({ length: 20 }, () => recorded(sampleCall({ startedAt }))),
    definitions: [],
  });
  const { lagP95Ms, lastRecordedAt } = await health();
  expect(lagP95Ms).toBeGreaterThanOrEqual(2_500);
  expect(lastRecordedAt).toBeGreaterThanOrEqual(startedAt);
});
