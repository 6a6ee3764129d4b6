import type { ClaimAnswer, ClaimRequest } from "@tachograph/record";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLedger, type Ledger } from "../connection.ts";
import { createTestDatabase, startProxy, type TestDatabase } from "../testing.ts";
import { again, sampleClaim, sampleResult, settlementOf } from "./testing/sample-operations.ts";

let database: TestDatabase;
let ledger: Ledger;
beforeAll(async () => {
  database = await createTestDatabase();
  // With the budget that a claim has by default.
  ledger = openLedger({ url: database.url });
  await ledger.check();
});
afterAll(async () => {
  await ledger.close();
  await database.drop();
});

const THOUSAND = Array.from({ length: 1_000 }, (_, index) => index + 1);
const claimAll = (request: ClaimRequest): Promise<ClaimAnswer[]> =>
  Promise.all(THOUSAND.map(() => ledger.claim(again(request))));
const numbers = (answers: readonly ClaimAnswer[]): number[] =>
  answers.map(({ operation }) => operation.deliveries).toSorted((a, b) => a - b);

test("of a burst of 1,000 claims of one key one executes, each is counted and told its own number, and none is refused", async () => {
  const request = sampleClaim({ guard: "burst" });
  const first = await claimAll(request);
  expect(first.filter(({ decision }) => decision === "execute")).toHaveLength(1);
  expect(first.filter(({ decision }) => decision === "in_flight")).toHaveLength(999);
  expect(numbers(first)).toEqual(THOUSAND);
});

test("of a burst of 1,000 claims of a settled operation each is a replay with the result", async () => {
  const request = sampleClaim();
  await ledger.claim(request);
  await ledger.settle(settlementOf(request));
  const answers = await claimAll(request);
  expect(new Set(answers.map(({ decision, operation }) => `${decision} ${operation.result}`))).toEqual(
    new Set([`replay ${sampleResult}`]),
  );
  expect(numbers(answers)).toEqual(THOUSAND.map((number) => number + 1));
});

test("an owner that claims once more among others keeps its operation", async () => {
  const request = sampleClaim();
  const [taken, ...others] = await Promise.all([
    ledger.claim(request),
    ledger.claim(again(request)),
    ledger.claim(request),
    ledger.claim(again(request)),
  ]);
  expect(taken.decision).toBe("execute");
  expect(others.map(({ decision }) => decision)).toEqual(["in_flight", "execute", "in_flight"]);
  expect(await ledger.find(request.project, request.operationId)).toMatchObject({ state: "in_flight", attempt: 1 });
});

test("other arguments under the same key are a conflict beside them", async () => {
  const request = sampleClaim();
  const other = again(request, { fingerprint: "cd".repeat(32) });
  const answers = await Promise.all([ledger.claim(request), ledger.claim(other), ledger.claim(again(other))]);
  expect(answers.map(({ decision }) => decision)).toEqual(["execute", "conflict", "conflict"]);
});

test("where the store is away, all of them are refused, and the next one is not", async () => {
  const proxy = await startProxy(database.url);
  const cut = openLedger({ url: proxy.url, claimBudgetMs: 200 });
  const request = sampleClaim();
  proxy.sever();
  const refused = await Promise.allSettled([1, 2, 3].map(() => cut.claim(again(request))));
  expect(refused.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  proxy.mend();
  expect(await cut.claim(again(request))).toMatchObject({ decision: "execute", operation: { deliveries: 1 } });
  await cut.close();
  await proxy.close();
});
