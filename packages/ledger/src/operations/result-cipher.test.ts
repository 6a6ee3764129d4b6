import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLedger, type Ledger } from "../connection.ts";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import { createResultCipher } from "./result-cipher.ts";
import { again, sampleClaim, sampleResult, settlementOf } from "./testing/sample-operations.ts";

const key = Buffer.alloc(32, 7).toString("base64");
const otherKey = Buffer.alloc(32, 8).toString("hex");
const operation = { project: "default", operationId: "ab" };

let database: TestDatabase;
const opened: Ledger[] = [];
const open = (resultKey?: string): Ledger => {
  const ledger = openLedger({
    url: database.url,
    claimBudgetMs: 10_000,
    ...(resultKey !== undefined && { resultKey }),
  });
  opened.push(ledger);
  return ledger;
};
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await Promise.all(opened.map((ledger) => ledger.close()));
  await database.drop();
});

test("with a key, results are stored encrypted, and replayed exactly by whoever has the key", async () => {
  const request = sampleClaim();
  const writer = open(key);
  await writer.claim(request);
  await writer.settle(settlementOf(request));
  const { rows } = await sql<{ result: Buffer }>`
    select result from operation_results where id = ${request.operationId}`.execute(writer.db);
  expect(rows[0]?.result.includes("refunded")).toBe(false);
  expect((await open(key).claim(again(request))).operation).toMatchObject({
    result: sampleResult,
    keptResult: "stored",
  });
  expect((await open(Buffer.alloc(32, 7).toString("hex")).claim(again(request))).operation.result).toBe(sampleResult);
});

test("without the key, or with another, it is known that it happened, but no result is given", async () => {
  const request = sampleClaim();
  await open(key).claim(request);
  await open(key).settle(settlementOf(request));
  for (const ledger of [open(otherKey), open()]) {
    expect(await ledger.claim(again(request))).toMatchObject({
      decision: "replay",
      operation: { state: "completed", effect: "applied", result: null, keptResult: "not_kept" },
    });
  }
});

test("what was kept without a key is replayed with one", async () => {
  const request = sampleClaim();
  await open().claim(request);
  await open().settle(settlementOf(request));
  expect((await open(key).claim(again(request))).operation.result).toBe(sampleResult);
});

test("a result belongs to its operation: moved to another one, changed or cut, it is none", () => {
  const cipher = createResultCipher(key);
  const sealed = cipher.seal(operation, sampleResult);
  expect(cipher.open(operation, sealed)).toBe(sampleResult);
  expect(cipher.open({ ...operation, operationId: "cd" }, sealed)).toBeUndefined();
  expect(cipher.open({ ...operation, project: "another" }, sealed)).toBeUndefined();
  expect(cipher.open({ project: "defaulta", operationId: "b" }, sealed)).toBeUndefined();
  for (const position of [0, 5, 20, sealed.length - 1]) {
    const changed = Buffer.from(sealed);
    changed[position] = (changed[position] ?? 0) ^ 255;
    expect(cipher.open(operation, changed)).toBeUndefined();
  }
  for (const length of [0, 1, 12, 28, sealed.length - 1]) {
    expect(cipher.open(operation, sealed.subarray(0, length))).toBeUndefined();
  }
  expect(cipher.seal(operation, sampleResult).equals(sealed), "never encrypted alike twice").toBe(false);
});

test.each(["short", "a".repeat(63), "é".repeat(32), Buffer.alloc(16).toString("base64")])(
  "a key that is not 32 bytes is refused at the start, without being shown: %s",
  (wrong) => {
    expect(() => openLedger({ url: database.url, resultKey: wrong })).toThrow(
      expect.objectContaining({ code: "bad_result_key", message: expect.not.stringContaining(wrong) as string }),
    );
  },
);

test("the key may come from the environment", async () => {
  process.env.TACHOGRAPH_RESULT_KEY = "wrong";
  try {
    expect(() => openLedger({ url: database.url })).toThrow(expect.objectContaining({ code: "bad_result_key" }));
  } finally {
    delete process.env.TACHOGRAPH_RESULT_KEY;
  }
});
