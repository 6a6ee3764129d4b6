import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLedger, type Ledger } from "../../connection.ts";
import { createTestDatabase, type TestDatabase } from "../../testing.ts";
import { startProxy, type PostgresProxy } from "../testing/postgres-proxy.ts";
import { sampleClaim, settlementOf } from "../testing/sample-operations.ts";
import { transactionOf } from "./atomic-transaction.ts";

let database: TestDatabase;
let proxy: PostgresProxy;
let ledger: Ledger;
beforeEach(async () => {
  database = await createTestDatabase();
  proxy = await startProxy(database.url);
  ledger = openLedger({ url: proxy.url });
});
afterEach(async () => {
  await ledger.close();
  await proxy[Symbol.asyncDispose]();
  await database.drop();
});

async function inTransaction<T>(work: (sql: ReturnType<typeof transactionOf>) => Promise<T>): Promise<T> {
  const request = sampleClaim({ mode: "atomic" });
  await ledger.claim(request);
  return ledger.runAtomic(request, {
    run: async (transaction) => ({ value: await work(transactionOf(transaction)), settlement: settlementOf(request) }),
  });
}

test("arrays go in and come out of a handler's transaction as the values that they are", async () => {
  const at = new Date("2026-07-28T12:00:00.123Z");
  const texts = ["", "a,b", '"quoted" {braces}', "back\\slash", "NULL", null, "line\nbreak", "é"];
  const id = "0190a6f2-5b1c-7000-8000-000000000001";
  const [row] = await inTransaction(
    (sql) => sql`
      select ${texts}::text[] as texts, ${[1, null, -3]}::int[] as numbers, ${[2 ** 40]}::int8[] as large,
        ${[
          [1, 2],
          [3, 4],
        ]}::int[] as nested, ${sql.array([true, false])} as flags, ${[id]}::uuid[] as ids,
        ${sql.array([at], 1185)} as instants, ${sql.array(["x", "y"])} as named, ${[]}::text[] as nothing,
        '[0:1]={7,8}'::int[] as bounded, array['{"a": [1, "}"]}'::jsonb] as documents`,
  );
  expect(row).toEqual({
    texts,
    numbers: [1, null, -3],
    large: [2 ** 40],
    nested: [
      [1, 2],
      [3, 4],
    ],
    flags: [true, false],
    ids: [id],
    instants: [at],
    named: ["x", "y"],
    nothing: [],
    bounded: [7, 8],
    documents: [{ a: [1, "}"] }],
  });
});

test("a connection is asked nothing before its transaction begins: one lost meanwhile would end the process", async () => {
  proxy.when("pg_type", "request_lost");
  expect(await inTransaction(async (sql) => (await sql`select 1 as one`)[0])).toEqual({ one: 1 });
  expect(proxy.seen("pg_type")).toBe(0);
  // Where a rejection that nobody heard would show.
  await sleep(50);
});
