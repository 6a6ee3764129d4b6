import { expect, test } from "vitest";
import type { RecordingHealth } from "./overview.ts";
import { recordingTroubles } from "./recording-troubles.ts";

const well: RecordingHealth = {
  lastRecordedAtMs: 1,
  lagP95Ms: 300,
  isWorkerAlive: true,
  workerHeartbeatAgeMs: 2_000,
  workerError: null,
  journalBacklogBytes: 0,
  oldestWaitingMs: null,
  lostRecords: 0,
  rejectedRows: 0,
  damagedBytes: 0,
  misplacedCalls: 0,
};
const facts = (recording: Partial<RecordingHealth>): string[] =>
  recordingTroubles({ ...well, ...recording }).map(({ fact }) => fact);

test("recording that works says nothing, also while rows wait for a moment", () => {
  expect(facts({})).toEqual([]);
  expect(facts({ journalBacklogBytes: 5_000_000, oldestWaitingMs: 9_900 })).toEqual([]);
});

test("each thing that keeps the trail from being whole is told, with what to do", () => {
  expect(facts({ isWorkerAlive: false })).toEqual(["worker"]);
  expect(facts({ oldestWaitingMs: 10_100 })).toEqual(["waiting"]);
  expect(facts({ lostRecords: 1, rejectedRows: 1, damagedBytes: 1 })).toEqual(["lost", "set aside", "damaged"]);
  for (const { advice } of recordingTroubles({ ...well, isWorkerAlive: false, lostRecords: 2, rejectedRows: 3 })) {
    expect(advice.length).toBeGreaterThan(40);
  }
});

test("rows that wait because storing fails come with what the worker says", () => {
  const [trouble] = recordingTroubles({ ...well, oldestWaitingMs: 60_000, workerError: "Postgres cannot be reached." });
  expect(trouble?.title).toBe("A row has waited for 1 m 0 s");
  expect(trouble?.advice).toContain("Postgres cannot be reached.");
});
