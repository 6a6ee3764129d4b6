import { sampleCall } from "@tachograph/record/testing";
import { newId } from "@tachograph/record";
import { expect, test } from "vitest";
import { openLedger } from "../connection.ts";
import { recorded } from "../sample-calls.ts";
import { createTestDatabase } from "../testing.ts";
import { listRelatedCalls } from "./related-calls.ts";

test("the retry group of any of its calls is the whole chain, with the original of a replay", async () => {
  await using database = await createTestDatabase();
  const ledger = openLedger({ url: database.url });
  const original = sampleCall({ sessionId: "another session" });
  const first = sampleCall({ outcome: "timeout" });
  const second = sampleCall({ retryOf: first.id, retryKind: "model_retry", attempt: 2 });
  const stranger = sampleCall();
  const third = sampleCall({ retryOf: second.id, retryKind: "model_retry", attempt: 3, originalCallId: original.id });
  const twin = sampleCall({ retryOf: second.id, retryKind: "redelivery", attempt: 3 });
  const rows = [original, first, second, stranger, third, twin];
  await ledger.record({ calls: rows.map(recorded), definitions: [] });

  const groupOf = async (id: string): Promise<string[]> =>
    (await listRelatedCalls(ledger, { project: "default", id })).map((call) => call.id);
  expect(await groupOf(third.id)).toEqual([original, first, second, third, twin].map(({ id }) => id));
  expect(await groupOf(first.id)).toEqual([first, second, third, twin].map(({ id }) => id));
  expect(await groupOf(stranger.id)).toEqual([stranger.id]);
  expect(await groupOf(newId())).toEqual([]);
  await ledger.close();
});
