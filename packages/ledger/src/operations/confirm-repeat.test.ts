import type { ClaimRequest, ConfirmedRepeat } from "@tachograph/record";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLedger, type Ledger } from "../connection.ts";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import { again, retryable, sampleClaim, settlementOf } from "./testing/sample-operations.ts";

let database: TestDatabase;
let ledger: Ledger;
beforeAll(async () => {
  database = await createTestDatabase();
  ledger = openLedger({ url: database.url, claimBudgetMs: 10_000 });
});
afterAll(async () => {
  await ledger.close();
  await database.drop();
});

async function unknownOperation(fields: Partial<ClaimRequest> = {}): Promise<ClaimRequest> {
  const request = sampleClaim({ guard: `guard ${Math.random()}`, ...fields });
  await ledger.claim(request);
  await ledger.settle(settlementOf(request, { state: "unknown", effect: "unknown" }));
  return request;
}
const repeatOf = (request: ClaimRequest, fields: Partial<ConfirmedRepeat> = {}): ConfirmedRepeat => ({
  ...again(request),
  attempt: 1,
  expiresAt: Date.now() + 600_000,
  ...fields,
});

test("a confirmed repeat executes once more, and what its first owner says then is refused", async () => {
  const first = await unknownOperation();
  const repeat = repeatOf(first);
  expect(await ledger.confirmRepeat(repeat)).toMatchObject({
    state: "in_flight",
    attempt: 2,
    deliveries: 2,
    callId: repeat.call.id,
    effect: "unknown",
  });
  expect(await ledger.settle(settlementOf(first))).toBe("lost");
  expect(await ledger.confirmRepeat(repeat), "its answer was lost").toMatchObject({ attempt: 2, deliveries: 2 });
  expect(await ledger.settle(settlementOf(repeat))).toBe("settled");
  expect((await ledger.claim(again(first))).decision).toBe("replay");
});

test("a token is good for one repeat, however many come at once, and for no later one", async () => {
  const first = await unknownOperation();
  const repeats = Array.from({ length: 20 }, () => repeatOf(first));
  const granted = (await Promise.all(repeats.map((repeat) => ledger.confirmRepeat(repeat)))).filter(Boolean);
  expect(granted).toHaveLength(1);
  const winner = repeats.find(({ call }) => call.id === granted[0]?.callId)!;
  await ledger.settle(settlementOf(winner, { state: "unknown", effect: "unknown" }));
  expect(await ledger.confirmRepeat(repeatOf(first)), "unknown again, but the token is spent").toBeUndefined();
  expect(await ledger.confirmRepeat(repeatOf(first, { attempt: 2 }))).toMatchObject({ attempt: 3 });
});

test("a token that is expired, of another principal, or for other arguments executes nothing", async () => {
  const first = await unknownOperation();
  const { readAt } = (await ledger.find(first.project, first.operationId))!;
  const refused: Partial<ConfirmedRepeat>[] = [
    { expiresAt: readAt },
    { attempt: 0 },
    { call: { ...again(first).call, principal: "eve@example.com" } },
    { call: { ...again(first).call, principal: null } },
    { fingerprint: "cd".repeat(32) },
    { project: "another" },
  ];
  for (const fields of refused) expect(await ledger.confirmRepeat(repeatOf(first, fields))).toBeUndefined();
  expect(await ledger.find(first.project, first.operationId)).toMatchObject({ state: "unknown", attempt: 1 });

  const nobody = await unknownOperation({ call: { ...first.call, principal: null } });
  expect(await ledger.confirmRepeat(repeatOf(nobody)), "nobody in both").toMatchObject({ attempt: 2 });
});

test("only what is unknown can be repeated so", async () => {
  const running = sampleClaim();
  await ledger.claim(running);
  expect(await ledger.confirmRepeat(repeatOf(running))).toBeUndefined();
  await ledger.settle(retryable(running));
  expect(await ledger.confirmRepeat(repeatOf(running))).toBeUndefined();
  expect(await ledger.confirmRepeat(repeatOf(sampleClaim()))).toBeUndefined();
});

test("while the repeat runs its twins are held", async () => {
  const first = await unknownOperation();
  expect((await ledger.claim(sampleClaim({ guard: first.guard }))).decision).toBe("held");
  const repeat = repeatOf(first);
  await ledger.confirmRepeat(repeat);
  expect(await ledger.claim(sampleClaim({ guard: first.guard }))).toMatchObject({
    decision: "held",
    operation: { operationId: first.operationId, state: "in_flight", attempt: 2 },
  });
  await ledger.settle(settlementOf(repeat));
  expect((await ledger.claim(sampleClaim({ guard: first.guard }))).decision).toBe("execute");
});
