import type { ClaimRequest } from "@tachograph/record";
import { sql } from "kysely";
import { setTimeout as sleep } from "node:timers/promises";
import type postgres from "postgres";
import { afterEach, beforeEach, expect, expectTypeOf, test } from "vitest";
import { openLedger, openPool, type Ledger } from "../../connection.ts";
import { clientConfigs } from "../../connections/client-configs.ts";
import { openConnections } from "../../connections/connections.ts";
import { administer, createTestDatabase, type TestDatabase } from "../../testing.ts";
import { transactionOf } from "./atomic-transaction.ts";
import { createAtomicRunner } from "./atomic-runner.ts";
import { createOperationPool } from "../operation-pool.ts";
import { settleStatement } from "../operation-rows.ts";
import { createResultCipher } from "../result-cipher.ts";
import { again, sampleClaim, sampleResult, settlementOf } from "../testing/sample-operations.ts";
import { startOwner } from "../testing/owners.ts";
import { startProxy } from "../testing/postgres-proxy.ts";

let database: TestDatabase;
let ledger: Ledger;
beforeEach(async () => {
  database = await createTestDatabase();
  ledger = openLedger({ url: database.url, atomicConnections: 3, claimBudgetMs: 10_000 });
  await sql`create table executions (operation text)`.execute(ledger.db);
});
afterEach(async () => {
  await ledger.close();
  await database.drop();
});

async function claimed(fields: Partial<ClaimRequest> = {}): Promise<ClaimRequest> {
  const request = sampleClaim({ mode: "atomic", ...fields });
  await ledger.claim(request);
  return request;
}
const effect = async (transaction: unknown, { operationId }: ClaimRequest): Promise<void> => {
  await transactionOf(transaction)`insert into executions (operation) values (${operationId})`;
};
const effects = async ({ operationId }: ClaimRequest): Promise<number> => {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int from executions where operation = ${operationId}`.execute(ledger.db);
  return rows[0]?.count ?? 0;
};
const stateOf = async ({ operationId }: ClaimRequest) => (await ledger.find("default", operationId))?.state;
const run = async (
  request: ClaimRequest,
  work?: (transaction: postgres.TransactionSql) => Promise<unknown>,
  on = ledger,
) =>
  on.runAtomic(request, {
    async run(transaction) {
      await effect(transaction, request);
      await work?.(transactionOf(transaction));
      return { value: "done", settlement: settlementOf(request) };
    },
  });
const failureOf = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "no failure",
    (error: unknown) => error,
  );

test("the effect and the settlement happen together", async () => {
  const request = await claimed();
  expect(await run(request, async () => expect(await effects(request), "nobody else sees it yet").toBe(0))).toBe(
    "done",
  );
  expect(await effects(request)).toBe(1);
  expect(await ledger.claim(again(request))).toMatchObject({ decision: "replay", operation: { result: sampleResult } });
});

test("what the handler throws is what is thrown, and nothing has happened", async () => {
  const request = await claimed();
  const fault = new Error("no such order");
  expect(await failureOf(run(request, async () => Promise.reject(fault)))).toBe(fault);
  expect(await failureOf(run(request, async (transaction) => transaction`select 1 / 0`))).toMatchObject({
    code: "22012",
  });
  expect(await effects(request)).toBe(0);
  expect(await stateOf(request)).toBe("in_flight");
  expect(await run(request), "the connection is as good as before").toBe("done");
});

test("a failed statement that the handler ignores cannot be settled as success", async () => {
  const request = await claimed();
  const careless = run(request, async (transaction) => transaction`select 1 / 0`.catch(() => {}));
  expect(await failureOf(careless)).toMatchObject({ code: "25P02" });
  expect(await effects(request)).toBe(0);
});

test("what fails at the commit is rolled back", async () => {
  await sql`create table parents (id int primary key)`.execute(ledger.db);
  await sql`create table children (parent int references parents deferrable initially deferred)`.execute(ledger.db);
  const request = await claimed();
  const failure = await failureOf(run(request, async (transaction) => transaction`insert into children values (1)`));
  expect(failure).toMatchObject({ code: "23503" });
  expect(await effects(request)).toBe(0);
  expect(await stateOf(request)).toBe("in_flight");
});

test("where somebody took over, all of it is rolled back", async () => {
  const request = await claimed({ leaseMs: 0 });
  const winner = again(request, { leaseMs: 30_000 });
  const failure = await failureOf(run(request, async () => ledger.claim(winner)));
  expect(failure).toMatchObject({ name: "LedgerError", code: "ownership_lost" });
  expect(await effects(request)).toBe(0);
  expect(await run(winner)).toBe("done");
  expect(await effects(request)).toBe(1);
  expect(await failureOf(run(request))).toMatchObject({ code: "ownership_lost" });
  expect(await effects(request)).toBe(1);
});

test("a savepoint keeps what comes before it", async () => {
  const request = await claimed();
  await run(request, async (transaction) => {
    await transaction.savepoint(async (inner) => inner`insert into executions values ('kept')`);
    await transaction
      .savepoint(async (inner) => {
        await inner`insert into executions values ('undone')`;
        await inner`select 1 / 0`;
      })
      .catch(() => {});
  });
  const { rows } = await sql`select operation from executions where operation in ('kept', 'undone')`.execute(ledger.db);
  expect(rows).toEqual([{ operation: "kept" }]);
});

test("handlers get the driver's own type, and nothing else passes for a transaction", async () => {
  expectTypeOf(transactionOf).returns.toEqualTypeOf<postgres.TransactionSql>();
  for (const other of [undefined, null, {}, () => {}, ledger.db]) expect(() => transactionOf(other)).toThrow(TypeError);
});

test("a handler can neither end its transaction's connection nor use it afterwards", async () => {
  const request = await claimed();
  let kept: postgres.TransactionSql | undefined;
  await run(request, async (transaction) => {
    kept = transaction;
    const offered = ["array", "file", "json", "notify", "savepoint", "typed", "types", "unsafe"];
    expect(Object.keys(transaction).toSorted()).toEqual(offered);
  });
  expect(() => kept!`insert into executions values ('too late')`).toThrow(/handler has returned/);
  expect(() => kept!.unsafe("insert into executions values ('too late')")).toThrow(/handler has returned/);
});

test("kill -9 inside the transaction: rolled back, taken over once the lease ended, one effect", async () => {
  const request = sampleClaim({ mode: "atomic", leaseMs: 0 });
  const owner = startOwner(database.url);
  expect(await owner.tell({ hangInAtomic: request })).toBe("inside");
  await owner.kill();
  expect(await effects(request)).toBe(0);
  const { decision, operation } = await ledger.claim(again(request));
  expect({ decision, attempt: operation.attempt }).toEqual({ decision: "execute", attempt: 2 });
  const winner = again(request, { leaseMs: 30_000 });
  expect((await ledger.claim(winner)).decision).toBe("execute");
  await run(winner);
  expect(await effects(request)).toBe(1);
});

test("a connection that is lost while the handler works: rolled back, and the handler's later statements go nowhere", async () => {
  for (const moment of ["in a statement", "between statements"]) {
    const request = await claimed();
    const late: unknown[] = [];
    const failure = await failureOf(
      run(request, async (transaction) => {
        const [{ pid } = { pid: 0 }] = await transaction<{ pid: number }[]>`select pg_backend_pid() as pid`;
        const ended = administer(database.url, async (admin) => {
          await sleep(20);
          await admin`select pg_terminate_backend(${pid})`;
        });
        if (moment === "in a statement") late.push(await failureOf(transaction`select pg_sleep(10)`));
        await ended;
        await sleep(50);
        late.push(await failureOf((async () => effect(transaction, request))()));
        late.push(await failureOf((async () => transaction.savepoint(async () => {}))()));
      }),
    );
    expect(late.every((error) => error instanceof Error)).toBe(true);
    expect(failure).toMatchObject({ name: "LedgerError", code: "unreachable" });
    expect(await effects(request)).toBe(0);
    expect(await stateOf(request)).toBe("in_flight");
    expect(await run(request)).toBe("done");
  }
});

test.each([
  ["answer_lost", "done", 1, "completed"],
  ["request_lost", { name: "LedgerError", code: "unreachable" }, 0, "in_flight"],
] as const)("the %s of the commit is found out about", async (fault, expected, happened, state) => {
  await using proxy = await startProxy(database.url);
  const behind = openLedger({ url: proxy.url });
  const request = await claimed();
  proxy.when("commit", fault);
  const outcome: unknown = await run(request, undefined, behind).catch((error: unknown) => error);
  if (typeof expected === "string") expect(outcome).toBe(expected);
  else expect(outcome).toMatchObject(expected);
  expect(await effects(request)).toBe(happened);
  expect(await stateOf(request)).toBe(state);
  await behind.close();
});

test("where nobody can tell what became of the commit, that is said: it may have happened", async () => {
  await using proxy = await startProxy(database.url);
  const connections = openConnections(clientConfigs(openPool({ url: proxy.url }).options), { max: 1 });
  const pool = createOperationPool(connections, 1);
  const runner = createAtomicRunner({
    openLane: (onclose) => openPool({ url: proxy.url, maxConnections: 1 }, { onclose }),
    size: 1,
    pool,
    settleStatement: (settlement) => settleStatement(createResultCipher(undefined), settlement),
    findOutMs: 300,
  });
  const request = await claimed();
  proxy.when("commit", "answer_lost");
  // Asked for on the connections of claims, once the commit was sent.
  proxy.when("for update", "request_lost", 1_000);
  const failure = await failureOf(
    runner.run(request, {
      async run(transaction) {
        await effect(transaction, request);
        return { value: "done", settlement: settlementOf(request) };
      },
    }),
  );
  expect(failure).toMatchObject({ name: "LedgerError", code: "commit_unknown" });
  expect(await effects(request)).toBe(1);
  await runner.end();
  await pool.end();
});

test("handlers in transactions starve neither claims nor heartbeats, and queue for their own connections", async () => {
  const requests = await Promise.all(Array.from({ length: 10 }, () => claimed()));
  let inside = 0;
  let most = 0;
  let leave = (): void => {};
  const gate = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const runs = requests.map((request) =>
    run(request, async () => {
      most = Math.max(most, ++inside);
      await gate;
      inside--;
    }),
  );
  await expect.poll(() => inside).toBe(3);
  expect((await ledger.heartbeat(requests, 30_000)).length).toBe(10);
  expect((await ledger.claim(sampleClaim())).decision).toBe("execute");
  leave();
  expect(await Promise.all(runs)).toEqual(requests.map(() => "done"));
  expect(most).toBe(3);
});
