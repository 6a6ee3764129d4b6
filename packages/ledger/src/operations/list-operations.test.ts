import type { ClaimRequest } from "@tachograph/record";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLedger, type Ledger } from "../connection.ts";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import { countOpenOperations, findOperation, listOperations } from "./list-operations.ts";
import { reconcileOperation } from "./reconcile-operation.ts";
import { again, sampleClaim, sampleResult, settlementOf } from "./testing/sample-operations.ts";

let database: TestDatabase;
let ledger: Ledger;
const unknown: ClaimRequest[] = [];
const inFlight: ClaimRequest[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  ledger = openLedger({ url: database.url, claimBudgetMs: 10_000 });
  for (let index = 0; index < 5; index++) {
    const request = sampleClaim({ project: "shop" });
    await ledger.claim(request);
    await ledger.settle(settlementOf(request, { state: "unknown", effect: "unknown" }));
    unknown.push(request);
  }
  for (const leaseMs of [30_000, 0, 30_000]) {
    const request = sampleClaim({ project: "shop", leaseMs, mode: "idempotent" });
    await ledger.claim(request);
    inFlight.push(request);
  }
  const done = sampleClaim({ project: "shop" });
  await ledger.claim(done);
  await ledger.settle(settlementOf(done));
  await ledger.claim(sampleClaim({ project: "another" }));
});
afterAll(async () => {
  await ledger.close();
  await database.drop();
});

const ids = (requests: readonly { operationId: string }[]): string[] => requests.map(({ operationId }) => operationId);

test("what is not settled is listed page by page, the newest first, each once", async () => {
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await listOperations(ledger, { project: "shop", limit: 3, ...(cursor !== undefined && { cursor }) });
    pages.push(page.rows.map(({ id }) => id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  expect(pages.map((page) => page.length)).toEqual([3, 3, 2]);
  expect(pages.flat()).toEqual(ids([...unknown, ...inFlight]).toReversed());

  const { rows } = await listOperations(ledger, { project: "shop", status: "unknown", limit: 10 });
  expect(rows.map(({ id }) => id)).toEqual(ids(unknown).toReversed());
  await expect(listOperations(ledger, { project: "shop", limit: 3, cursor: "none" })).rejects.toMatchObject({
    code: "bad_cursor",
  });
});

test("what is abandoned is told from what is executed, and both can be looked for", async () => {
  const found = async (options: Omit<Parameters<typeof listOperations>[1], "project" | "limit">): Promise<string[]> =>
    (await listOperations(ledger, { project: "shop", limit: 10, ...options })).rows.map(({ id }) => id);
  const [, left] = inFlight;
  expect(await found({ status: "in_flight" })).toEqual(ids(inFlight).toReversed());
  expect(await found({ status: "abandoned" })).toEqual([left?.operationId]);
  expect(await found({ filter: { text: left?.operationId.slice(0, 12).toUpperCase() } })).toEqual([left?.operationId]);
  expect(await found({ filter: { text: left?.call.id } })).toEqual([left?.operationId]);
  expect(await found({ filter: { tools: ["refund_order"], servers: [left?.call.serverName ?? ""] } })).toHaveLength(8);
  expect(await found({ filter: { tools: ["another"] } })).toEqual([]);
  expect(await found({ filter: { text: "%" } })).toEqual([]);
});

test("how many are open, and since when, is counted for each project", async () => {
  const counts = await countOpenOperations(ledger, { project: "shop" });
  expect(counts).toMatchObject({ unknown: { count: 5 }, inFlight: { count: 3 }, abandoned: { count: 1 } });
  for (const { oldestAgeMs } of Object.values(counts)) expect(oldestAgeMs).toBeGreaterThanOrEqual(0);
  expect(await countOpenOperations(ledger, { project: "nothing" })).toEqual({
    unknown: { count: 0, oldestAgeMs: null },
    inFlight: { count: 0, oldestAgeMs: null },
    abandoned: { count: 0, oldestAgeMs: null },
  });
});

test("an operation is shown without its answer", async () => {
  const request = sampleClaim();
  await ledger.claim(request);
  await ledger.settle(settlementOf(request));
  const found = await findOperation(ledger, request);
  expect(found).toMatchObject({ id: request.operationId, state: "completed", keptResult: "stored", late: false });
  expect(JSON.stringify(found)).not.toContain(sampleResult);
  expect(await findOperation(ledger, { ...request, project: "another" })).toBeUndefined();
  expect(await findOperation(ledger, { project: "shop", operationId: "\0" })).toBeUndefined();
});

test("a person who found out settles an unknown operation with a reason, and its late owner changes nothing", async () => {
  const [request, other] = unknown as [ClaimRequest, ClaimRequest];
  const finding = {
    ...request,
    attempt: 1,
    found: "applied" as const,
    by: "ann@example.com",
    reason: "seen in the bank",
  };
  await expect(reconcileOperation(ledger, { ...finding, reason: " ok " })).rejects.toMatchObject({
    code: "bad_reason",
  });
  expect(await reconcileOperation(ledger, { ...finding, attempt: 2 }), "another attempt").toBe(false);
  expect(await reconcileOperation(ledger, { ...finding, project: "another" })).toBe(false);
  expect(await reconcileOperation(ledger, finding)).toBe(true);
  expect(await reconcileOperation(ledger, finding), "known by now").toBe(false);
  expect(await findOperation(ledger, request)).toMatchObject({
    state: "completed",
    effect: "applied",
    resolvedBy: "ann@example.com",
    resolvedReason: "seen in the bank",
    resolvedAt: expect.any(Number) as number,
  });
  expect(await ledger.settle(settlementOf(request))).toBe("lost");
  expect(await ledger.claim(again(request))).toMatchObject({ decision: "replay", operation: { result: null } });

  expect(await reconcileOperation(ledger, { ...finding, ...other, found: "not_applied" })).toBe(true);
  const page = await listOperations(ledger, { project: "shop", status: "found_out", limit: 1 });
  const next = page.nextCursor ?? "";
  const rest = await listOperations(ledger, { project: "shop", status: "found_out", limit: 5, cursor: next });
  expect([...page.rows, ...rest.rows].map(({ id }) => id)).toEqual(ids([other, request]));
  expect(await ledger.claim(again(other))).toMatchObject({ decision: "execute", operation: { attempt: 2 } });
});
