import { expect, test } from "vitest";
import { openLedger } from "../connection.ts";
import { recorded, sampleCalls } from "../sample-calls.ts";
import { createTestDatabase } from "../testing.ts";
import { findCallNeighbours } from "./call-neighbours.ts";

test("walking from neighbour to neighbour meets every call of the filter once, and no other", async () => {
  await using database = await createTestDatabase();
  const ledger = openLedger({ url: database.url });
  const now = Date.now();
  const scope = { project: "default", from: now - 3_600_000, to: now };
  const calls = sampleCalls({ seed: 5, count: 200, from: now - 7_200_000, to: now });
  await ledger.record({ calls: calls.map(recorded), definitions: [] });
  const filter = { outcomes: ["denied", "timeout", "held"] as const };
  const wanted = calls
    .filter(
      ({ startedAt, outcome }) => startedAt >= scope.from && (filter.outcomes as readonly string[]).includes(outcome),
    )
    .map(({ id }) => id)
    .toSorted();
  expect(wanted.length).toBeGreaterThan(3);

  const met: string[] = [];
  let at: string | null = wanted[0] ?? null;
  while (at !== null) {
    met.push(at);
    at = (await findCallNeighbours(ledger, { ...scope, filter, id: at })).newer;
  }
  expect(met).toEqual(wanted);
  expect(await findCallNeighbours(ledger, { ...scope, filter, id: met[1] ?? "" })).toEqual({
    newer: met[2],
    older: met[0],
  });
  expect(await findCallNeighbours(ledger, { ...scope, project: "other", filter, id: met[1] ?? "" })).toEqual({
    newer: null,
    older: null,
  });
  expect(await findCallNeighbours(ledger, { ...scope, filter, id: "no id" })).toEqual({ newer: null, older: null });
  await ledger.close();
});
