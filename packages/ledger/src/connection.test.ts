import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { openLedger } from "./connection.ts";
import { createTestDatabase, startProxy } from "./testing.ts";

test("a statement that takes longer than allowed is ended by the server, and the pool goes on", async () => {
  const database = await createTestDatabase();
  const ledger = openLedger({ url: database.url, maxConnections: 1, statementTimeoutMs: 100 });
  await expect(sql`select pg_sleep(10)`.execute(ledger.db)).rejects.toMatchObject({ code: "57014" });
  await expect(sql`select 1 as one`.execute(ledger.db)).resolves.toMatchObject({ rows: [{ one: 1 }] });
  await ledger.close();
  await database.drop();
});

test("a connection that is lost between two statements of a transaction is an error of the next one, and the pool goes on", async () => {
  const database = await createTestDatabase();
  const proxy = await startProxy(database.url);
  const ledger = openLedger({ url: proxy.url, maxConnections: 1 });
  const lost = ledger.db.transaction().execute(async (transaction) => {
    await sql`select 1`.execute(transaction);
    proxy.sever();
    await sleep(50);
    await sql`select 2`.execute(transaction);
  });
  await expect(lost).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
  await expect(sql`select 3`.execute(ledger.db)).rejects.toMatchObject({ code: expect.any(String) as string });
  proxy.mend();
  await expect(sql`select 4 as four`.execute(ledger.db)).resolves.toMatchObject({ rows: [{ four: 4 }] });
  await ledger.close();
  await proxy.close();
  await database.drop();
});

test("numbers, days, instants and lists come as what they are", async () => {
  const database = await createTestDatabase();
  const ledger = openLedger({ url: database.url });
  const { rows } = await sql`
    select 5::int8 as count, array[1, 2]::int8[] as counts, date '2026-03-01' as day, array['a', null] as names,
      timestamptz '2026-03-01 12:00:00.123+00' as at, '{"a": [1]}'::jsonb as json, ${["x", "y"]}::text[] as given`.execute(
    ledger.db,
  );
  expect(rows).toEqual([
    {
      count: 5,
      counts: [1, 2],
      day: new Date("2026-03-01T00:00:00Z"),
      names: ["a", null],
      at: new Date("2026-03-01T12:00:00.123Z"),
      json: { a: [1] },
      given: ["x", "y"],
    },
  ]);
  await ledger.close();
  await database.drop();
});
