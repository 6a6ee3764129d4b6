import { listSessions, openLedger, type Ledger } from "@tachograph/ledger";
import { createTestDatabase, type TestDatabase } from "@tachograph/ledger/testing";
import { newId, outcomes, retryKinds, effects, type RecordedCall } from "@tachograph/record";
import { sampleCall } from "@tachograph/record/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { riskOf, type WeighedSession } from "./risk.ts";

const quiet: WeighedSession = {
  calls: 20,
  repeats: 0,
  unknownEffects: 0,
  retries: 0,
  denials: 0,
  errors: 0,
  outcomes: { ok: 20 },
};

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

test("a session in which nothing was wrong has no risk, and no reason", () => {
  expect(riskOf(quiet)).toEqual({ score: 0, level: "none", reasons: [] });
  expect(riskOf({ ...quiet, calls: 0 })).toMatchObject({ score: 0 });
});

test("each reason is told in words with its weight, the heaviest first", () => {
  const { score, level, reasons } = riskOf({ ...quiet, repeats: 2, unknownEffects: 1, retries: 14, denials: 1 });
  expect(reasons).toEqual([
    { text: "2 possible double writes", weight: 40 },
    { text: "retried 14 of 20 calls", weight: 24 },
    { text: "1 effect unknown", weight: 20 },
    { text: "1 denial", weight: 4 },
  ]);
  expect([score, level]).toEqual([88, "high"]);
});

test("one possible double write weighs more than any number of denials", () => {
  expect(riskOf({ ...quiet, repeats: 1 }).score).toBeGreaterThan(riskOf({ ...quiet, denials: 1000 }).score);
});

test.each(["repeats", "unknownEffects", "retries", "denials", "errors"] as const)(
  "more of %s never lowers the score, which stays within 100",
  (signal) => {
    const others = { ...quiet, repeats: 3, unknownEffects: 2, denials: 3, errors: 3, retries: 3 };
    for (const base of [quiet, others]) {
      const scores = Array.from({ length: 40 }, (_, count) => riskOf({ ...base, calls: 60, [signal]: count }).score);
      expect(scores).toEqual(scores.toSorted((one, other) => one - other));
      expect(Math.max(...scores)).toBeLessThanOrEqual(100);
    }
  },
);

test("the database computes the same score as the reasons add up to, however the rows arrived", async () => {
  let state = 7;
  const below = (max: number): number => (state = (state * 48_271) % 2_147_483_647) % max;
  const calls: RecordedCall[] = Array.from({ length: 900 }, (_, index) => {
    const wild = below(10) < index % 7;
    return {
      call: sampleCall({
        id: newId(),
        sessionId: `session-${below(60)}`,
        outcome: wild ? (outcomes[below(outcomes.length)] ?? "ok") : "ok",
        effect: wild ? (effects[below(effects.length)] ?? "none") : "none",
        retryKind: wild ? (retryKinds[below(retryKinds.length)] ?? "first") : "first",
      }),
      payload: null,
    };
  });
  // By COPY, then a few with the exact statement, then all of them again.
  await ledger.record({ calls: calls.slice(0, 800), definitions: [] });
  for (let from = 800; from < 900; from += 5) {
    await ledger.record({ calls: calls.slice(from, from + 5), definitions: [] });
  }
  await ledger.record({ calls, definitions: [] });
  const scope = { project: "default", from: 0, to: Date.now() + 60_000 };
  const { rows } = await listSessions(ledger, { ...scope, sort: "risk", limit: 100 });
  expect(rows.map(({ risk }) => risk)).toEqual(rows.map((session) => riskOf(session).score));
  expect(new Set(rows.map(({ risk }) => risk)).size).toBeGreaterThan(10);
});
