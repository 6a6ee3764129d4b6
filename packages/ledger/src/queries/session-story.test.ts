import type { CallRecord } from "@tachograph/record";
import { sampleCall } from "@tachograph/record/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLedger, type Ledger } from "../connection.ts";
import { idAt, recorded } from "../sample-calls.ts";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import { tellSession } from "./session-story.ts";

const project = "default";
const startMs = Date.now() - 600_000;

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

/** Records a session of calls a second apart, in which each acted unless it says otherwise, and tells it. */
async function told(sessionId: string, ...specs: Partial<CallRecord>[]) {
  const calls = specs.map((spec, second) =>
    sampleCall({
      id: idAt(startMs + second * 1000),
      startedAt: startMs + second * 1000,
      sessionId,
      seq: second + 1,
      tool: "refund_order",
      mutability: "destructive",
      outcome: "ok",
      effect: "applied",
      retryKind: "first",
      ...spec,
    }),
  );
  await ledger.record({ calls: calls.map(recorded), definitions: [] });
  const story = await tellSession(ledger, { project, sessionId });
  return { ...story, rows: story.twice.map(({ id }) => calls.findIndex((call) => call.id === id) + 1) };
}

const first = idAt(startMs);

test("two acts that have nothing to do with each other are not one that happened twice", async () => {
  expect(await told("apart", {}, {})).toMatchObject({ twiceCount: 0, twice: [], retries: [], denials: [] });
});

test("a repeat that acted after its original had may have happened twice", async () => {
  expect(await told("repeat", { id: first }, {}, { retryKind: "repeat", retryOf: first })).toMatchObject({
    twiceCount: 1,
    rows: [3],
  });
});

test("two executions of one operation of which one may have acted count, a replay of it does not", async () => {
  const operationId = "op-1";
  const story = await told(
    "operation",
    { operationId, outcome: "timeout", effect: "unknown" },
    { operationId, outcome: "duplicate_replayed" },
    { operationId, retryKind: "keyed_retry" },
  );
  expect(story).toMatchObject({ twiceCount: 1, rows: [3] });
  expect(story.retries).toMatchObject([{ tool: "refund_order", calls: 1, firstAt: startMs + 2000 }]);
});

test("a refused retry between two that acted does not hide that there were two", async () => {
  const [timeout, refused] = [idAt(startMs), idAt(startMs + 1000)];
  const story = await told(
    "chain",
    { id: timeout, outcome: "timeout", effect: "unknown" },
    { id: refused, outcome: "denied", effect: "none", retryKind: "model_retry", retryOf: timeout },
    { retryKind: "model_retry", retryOf: refused },
  );
  expect(story).toMatchObject({ twiceCount: 1, rows: [3] });
});

test("what reads, and what was refused, did not happen twice", async () => {
  const original = idAt(startMs);
  const story = await told(
    "harmless",
    { id: original, mutability: "read" },
    { mutability: "read", retryKind: "model_retry", retryOf: original },
    { outcome: "denied", effect: "none", retryKind: "repeat", retryOf: original },
  );
  expect(story).toMatchObject({ twiceCount: 0, denials: [{ tool: "refund_order", calls: 1 }] });
});
