import { sampleCall } from "@tachograph/record/testing";
import { expect, test } from "vitest";
import { openLedger } from "../connection.ts";
import { idAt, recorded } from "../sample-calls.ts";
import { createTestDatabase } from "../testing.ts";
import { listOperationCalls } from "./operation-calls.ts";

const HOUR_MS = 3_600_000;
const now = Date.now();

test("the deliveries of an operation are found from any of them, whichever session they came in, within a day", async () => {
  await using database = await createTestDatabase();
  const ledger = openLedger({ url: database.url });
  const delivery = (hoursAgo: number, more: object = {}) =>
    sampleCall({ id: idAt(now - hoursAgo * HOUR_MS), tool: "refund", operationId: "op-1", ...more });
  const old = delivery(60);
  const first = delivery(30);
  const second = delivery(20, { sessionId: "another session", outcome: "duplicate_replayed" });
  const third = delivery(10, { sessionId: null });
  const strangers = [
    delivery(21, { operationId: "op-2" }),
    delivery(21, { operationId: null }),
    delivery(21, { tool: "capture" }),
    delivery(21, { project: "other" }),
  ];
  await ledger.record({ calls: [old, first, second, third, ...strangers].map(recorded), definitions: [] });

  const from = async (around: typeof first, limit = 10): Promise<string[]> =>
    (await listOperationCalls(ledger, { project: "default", operationId: "op-1", around, limit })).map(({ id }) => id);
  expect(await from(second)).toEqual([first.id, second.id, third.id]);
  expect(await from(first)).toEqual([first.id, second.id, third.id]);
  expect(await from(third)).toEqual([first.id, second.id, third.id]);
  expect(await from(first, 1)).toEqual([first.id]);
  expect(await from(strangers[0] as typeof first)).toEqual([first.id, second.id, third.id]);
  await ledger.close();
});
