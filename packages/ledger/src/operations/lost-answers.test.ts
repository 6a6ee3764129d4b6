import type { OperationSnapshot } from "@tachograph/record";
import { sql } from "kysely";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLedger, type Ledger } from "../connection.ts";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import { again, sampleClaim, sampleResult, settlementOf } from "./testing/sample-operations.ts";
import { sweepOperations } from "./sweep-operations.ts";
import { startProxy, type PostgresProxy } from "./testing/postgres-proxy.ts";

const BUDGET_MS = 1_500;

let database: TestDatabase;
let proxy: PostgresProxy;
/** Speaks to Postgres through the proxy. */
let ledger: Ledger;
/** Speaks to Postgres directly. */
let observer: Ledger;
beforeEach(async () => {
  database = await createTestDatabase();
  proxy = await startProxy(database.url);
  ledger = openLedger({ url: proxy.url, claimBudgetMs: BUDGET_MS });
  observer = openLedger({ url: database.url, claimBudgetMs: 10_000 });
});
afterEach(async () => {
  await ledger.close();
  await observer.close();
  await proxy[Symbol.asyncDispose]();
  await database.drop();
});

const find = async ({ operationId }: { operationId: string }): Promise<OperationSnapshot | undefined> =>
  observer.find("default", operationId);
const failureOf = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "no failure",
    (error: unknown) => error,
  );

test("a claim whose answer is lost is repeated by the same owner: one attempt, one delivery, its to execute", async () => {
  const request = sampleClaim({ guard: "twin" });
  proxy.when(request.operationId, "answer_lost");
  const { decision, operation } = await ledger.claim(request);
  expect(proxy.seen(request.operationId), "it was sent again").toBe(2);
  expect(decision).toBe("execute");
  expect(operation).toMatchObject({ attempt: 1, deliveries: 1, callId: request.call.id });
  expect(await ledger.settle(settlementOf(request))).toBe("settled");
});

test("a confirmed repeat whose answer is lost is repeated by the same owner", async () => {
  const first = sampleClaim({ leaseMs: 0 });
  await observer.claim(first);
  await sweepOperations(observer);
  const repeat = { ...again(first), attempt: 1, expiresAt: Date.now() + 60_000 };
  proxy.when(first.operationId, "answer_lost");
  expect(await ledger.confirmRepeat(repeat)).toMatchObject({ attempt: 2, callId: repeat.call.id });
});

test("a settlement whose answer is lost is repeated, and was in time", async () => {
  const request = sampleClaim();
  await ledger.claim(request);
  proxy.when(request.operationId, "answer_lost");
  expect(await ledger.settle(settlementOf(request))).toBe("settled");
  expect(await find(request)).toMatchObject({ state: "completed", keptResult: "stored" });
});

test("a claim that never arrives is refused within its budget, and leaves nothing behind", async () => {
  const request = sampleClaim();
  proxy.when(request.operationId, "request_lost", 1_000);
  expect(await failureOf(ledger.claim(request))).toMatchObject({ name: "LedgerError", code: "unreachable" });
  expect(await find(request)).toBeUndefined();
});

test("a claim that was granted, but whose answers were all lost, is let go of: nothing happened, so others may execute", async () => {
  const request = sampleClaim();
  proxy.when(request.call.id, "answer_lost", 1_000);
  expect(await failureOf(ledger.claim(request))).toMatchObject({ name: "LedgerError", code: "unreachable" });
  await expect
    .poll(() => find(request), { timeout: 10_000 })
    .toMatchObject({
      state: "failed_retryable",
      effect: "none",
      attempt: 0,
    });
  expect((await ledger.claim(again(request))).decision).toBe("execute");
});

test("a claim that arrives after it was given up is let go of too, and its delivery was refused", async () => {
  const request = sampleClaim();
  proxy.when(request.call.id, "delayed");
  expect(await failureOf(ledger.claim(request))).toMatchObject({
    name: "LedgerError",
    code: "claim_timeout",
    message: expect.stringContaining(`${BUDGET_MS} ms`) as string,
  });
  expect(await failureOf(ledger.claim(request)), "its token is no good any more").toMatchObject({
    code: "claim_timeout",
  });
  expect(await find(request)).toBeUndefined();
  proxy.resume();
  await expect.poll(() => find(request), { timeout: 10_000 }).toMatchObject({ state: "failed_retryable", attempt: 0 });
  const { call } = await observer.db
    .selectFrom("operations")
    .select("call")
    .where("id", "=", request.operationId)
    .executeTakeFirstOrThrow();
  expect(JSON.parse(call ?? "null")).toMatchObject({
    outcome: "audit_unavailable",
    effect: "none",
    retryClass: "retryable",
  });
  expect((await ledger.claim(again(request))).decision).toBe("execute");
});

test("a confirmed repeat that was given up leaves the operation as unknown as it was, and its token spent", async () => {
  const first = sampleClaim({ leaseMs: 0 });
  await observer.claim(first);
  await sweepOperations(observer);
  const repeat = { ...again(first, { leaseMs: 30_000 }), attempt: 1, expiresAt: Date.now() + 60_000 };
  proxy.when(repeat.call.id, "answer_lost", 1_000);
  expect(await failureOf(ledger.confirmRepeat(repeat))).toMatchObject({ code: "unreachable" });
  await expect.poll(() => find(first), { timeout: 10_000 }).toMatchObject({ state: "unknown", attempt: 2 });
  expect(await observer.confirmRepeat({ ...repeat, ...again(first) })).toBeUndefined();
});

test("what a claim that was given up may still hold is let go of when the ledger closes", async () => {
  const request = sampleClaim();
  proxy.when(request.call.id, "answer_lost", 1_000);
  const closing = openLedger({ url: proxy.url, claimBudgetMs: BUDGET_MS });
  await failureOf(closing.claim(request));
  await closing.close();
  expect(await find(request)).toMatchObject({ state: "failed_retryable", effect: "none" });
});

test("while the store is away claims and settlements are refused with what an operator needs to know", async () => {
  const request = sampleClaim();
  await ledger.claim(request);
  await proxy.goAway();
  const away = { name: "LedgerError", code: "unreachable", hint: expect.stringContaining("Check") as string };
  const start = performance.now();
  expect(await failureOf(ledger.claim(sampleClaim()))).toMatchObject(away);
  expect(performance.now() - start).toBeLessThan(10 * BUDGET_MS);
  expect(await failureOf(ledger.settle(settlementOf(request)))).toMatchObject(away);
  await proxy.comeBack();
  expect(await ledger.settle(settlementOf(request)), "repeated by its owner").toBe("settled");
});

test("a store that is away for a moment costs a moment", async () => {
  const request = sampleClaim();
  await ledger.claim(request);
  await proxy.goAway();
  const settled = ledger.settle(settlementOf(request));
  await proxy.comeBack();
  expect(await settled).toBe("settled");
});

test("a claim that has to wait for a lock is refused within its budget, and does not happen afterwards", async () => {
  const request = sampleClaim();
  await observer.db.transaction().execute(async (transaction) => {
    await sql`lock table operations in share row exclusive mode`.execute(transaction);
    expect(await failureOf(ledger.claim(request))).toMatchObject({ code: "claim_timeout" });
  });
  expect(await ledger.heartbeat([request], 1_000)).toEqual([]);
  expect(await find(request)).toBeUndefined();
});

test("a database without the tables is said to be so, at once", async () => {
  await sql`drop table operation_results, operations`.execute(observer.db);
  expect(await failureOf(ledger.claim(sampleClaim()))).toMatchObject({ code: "not_migrated" });
  expect(await failureOf(ledger.find("default", "ab"))).toMatchObject({ code: "not_migrated" });
});

test("a replay through a new connection is the same", async () => {
  const request = sampleClaim();
  await ledger.claim(request);
  await ledger.settle(settlementOf(request));
  proxy.when(request.operationId, "request_lost");
  expect((await ledger.claim(again(request))).operation.result).toBe(sampleResult);
});
