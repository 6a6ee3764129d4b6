import { newId } from "@tachograph/record";
import { expect, test } from "vitest";
import { openLedger } from "../connection.ts";
import { createTestDatabase } from "../testing.ts";
import { listProcesses, recordHeartbeat } from "./processes.ts";
import { getRecordingHealth } from "./recording-health.ts";

test("a heartbeat keeps one row per process, its age on the database's clock and its last words", async () => {
  await using database = await createTestDatabase();
  const ledger = openLedger({ url: database.url });
  const startedAt = new Date("2026-01-02T03:04:05.678Z");
  const worker = { kind: "worker", instanceId: newId(), startedAt };
  await recordHeartbeat(ledger, { ...worker, detail: { backlogBytes: 9, lastError: 'a "quoted" \\ text' } });
  await recordHeartbeat(ledger, { ...worker, detail: { backlogBytes: 3, lastError: null } });
  await recordHeartbeat(ledger, { kind: "gate", instanceId: newId(), startedAt: new Date() });

  const processes = await listProcesses(ledger);
  expect(processes.map(({ kind }) => kind)).toEqual(["gate", "worker"]);
  expect(processes[1]).toMatchObject({ ...worker, startedAt: startedAt.getTime(), detail: { backlogBytes: 3 } });
  expect(processes[1]?.heartbeatAgeMs).toBeLessThan(10_000);

  const health = await getRecordingHealth(ledger, { project: "default" });
  expect(health).toMatchObject({
    lastRecordedAt: null,
    lagP95Ms: null,
    misplacedCalls: 0,
    isWorkerAlive: true,
    backlogBytes: 3,
    oldestWaitingMs: null,
  });
  expect(health.workerHeartbeatAgeMs).toBeLessThan(10_000);
  await ledger.close();
});
