import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLedger, type Ledger } from "../connection.ts";
import { createTestDatabase, type TestDatabase } from "../testing.ts";

const applicationName = "budgeted";
let database: TestDatabase;
let ledger: Ledger;
let watcher: Ledger;
beforeAll(async () => {
  database = await createTestDatabase();
  // One connection: what is done to it shows in the next query.
  ledger = openLedger({ url: database.url, applicationName, maxConnections: 1 });
  watcher = openLedger({ url: database.url });
});
afterAll(async () => {
  await Promise.all([ledger.close(), watcher.close()]);
  await database.drop();
});

async function backends(): Promise<{ pid: number; state: string }[]> {
  const { rows } = await sql<{ pid: number; state: string }>`
    select pid, state from pg_stat_activity where application_name = ${applicationName}`.execute(watcher.db);
  return rows;
}

const sleepFor = (seconds: number, by: Ledger): Promise<unknown> => sql`select pg_sleep(${seconds})`.execute(by.db);

test("a query that takes longer than its budget is ended, and its connection serves the next one", async () => {
  await sleepFor(0, ledger);
  const [before] = await backends();
  await expect(sleepFor(30, ledger.within({ timeoutMs: 200 }))).rejects.toMatchObject({
    name: "LedgerError",
    code: "too_slow",
    message: "The answer took longer than 0.2 s.",
    hint: "Narrow the time or the filter.",
  });
  expect(await backends()).toEqual([{ ...before, state: "idle" }]);
  await sleepFor(0.5, ledger);
  expect(await backends()).toEqual([{ ...before, state: "idle" }]);
});

test("a query that nobody waits for any more is ended, also one that is not sent yet", async () => {
  const leaving = new AbortController();
  const reader = ledger.within({ timeoutMs: 30_000, signal: leaving.signal });
  const running = sleepFor(30, reader);
  const waiting = sleepFor(30, reader);
  await expect.poll(async () => (await backends()).map(({ state }) => state)).toEqual(["active"]);
  leaving.abort();
  await expect(running).rejects.toMatchObject({ code: "abandoned" });
  await expect(waiting).rejects.toMatchObject({ code: "abandoned" });
  await expect(sleepFor(0, reader)).rejects.toMatchObject({ code: "abandoned" });
  expect((await backends()).map(({ state }) => state)).toEqual(["idle"]);
});

test("queries that are abandoned at any moment never end somebody else's", async () => {
  const [before] = await backends();
  for (let round = 0; round < 60; round++) {
    const leaving = new AbortController();
    const abandoned = sleepFor(0.004, ledger.within({ timeoutMs: 30_000, signal: leaving.signal })).catch(
      (error: unknown) => error,
    );
    const others = [sleepFor(0.004, ledger), sleepFor(0.002, ledger.within({ timeoutMs: 30_000 }))];
    setTimeout(() => leaving.abort(), round / 6);
    expect(await Promise.all(others)).toHaveLength(2);
    await abandoned;
  }
  expect(await backends()).toEqual([{ ...before, state: "idle" }]);
});

test("budgets of several readers are their own, and a failing statement is still told as what it is", async () => {
  const hasty = ledger.within({ timeoutMs: 20 });
  const patient = ledger.within({ timeoutMs: 5_000 });
  const [one, other] = await Promise.allSettled([sleepFor(5, hasty), sleepFor(0.2, patient)]);
  expect([one.status, other.status]).toEqual(["rejected", "fulfilled"]);
  await expect(sql`select no_such_column`.execute(patient.db)).rejects.toMatchObject({ code: "42703" });
  await sql`select set_config('statement_timeout', '100', false)`.execute(ledger.db);
  await expect(sleepFor(1, patient)).rejects.toMatchObject({ code: "too_slow" });
});
