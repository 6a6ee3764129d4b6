import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPool } from "../connection.ts";
import { clientConfigs } from "../connections/client-configs.ts";
import { openConnections, type Connections } from "../connections/connections.ts";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import { createOperationPool, StatementTimeout } from "./operation-pool.ts";
import { startProxy } from "./testing/postgres-proxy.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const open = (url: string, max: number): Connections =>
  openConnections(clientConfigs(openPool({ url }).options), { max });
const SLEEP = "select pg_sleep($1::float8)::text";
const ONE = "select 1 as one";

test("a statement that is not answered in time is given up, and its connection serves others once it is done", async () => {
  const pool = createOperationPool(open(database.url, 1), 1);
  await pool.query(ONE, [], 5_000);
  await expect(pool.query(SLEEP, [0.3], 50)).rejects.toMatchObject({ name: "StatementTimeout", sent: true });
  await expect(pool.query(ONE, [], 20), "never sent: the only connection is taken").rejects.toMatchObject({
    sent: false,
  });
  expect(await pool.query(ONE, [], 5_000)).toEqual([{ one: 1 }]);
  await expect(pool.query(ONE, [], 0)).rejects.toThrow(StatementTimeout);
  await pool.end();
});

test("an answer that came in time counts, though this process was too busy to read it", async () => {
  const pool = createOperationPool(open(database.url, 1), 1);
  await pool.query(ONE, [], 5_000);
  const answer = pool.query(ONE, [], 100);
  // By now it is on its way.
  for (let turn = 0; turn < 3; turn++) await nextTurn();
  for (const end = performance.now() + 300; performance.now() < end;);
  expect(await answer).toEqual([{ one: 1 }]);
  await pool.end();
});

test("a statement that waits does not stand behind one that runs, as long as there is another connection", async () => {
  const pool = createOperationPool(open(database.url, 2), 2);
  const slow = pool.query(SLEEP, [0.5], 5_000).then(() => "slow");
  const quick = (async () => {
    for (let count = 0; count < 20; count++) await pool.query(ONE, [], 5_000);
    return "quick";
  })();
  expect(await Promise.race([slow, quick])).toBe("quick");
  await slow;
  await pool.end();
});

test("connections that went silent are replaced, and what waited for them goes on", async () => {
  await using proxy = await startProxy(database.url);
  const pool = createOperationPool(open(proxy.url, 2), 2, { silentAfterMs: 200 });
  proxy.when("silent", "delayed", 2);
  const silent = [1, 2].map(async () => pool.query("select 'silent' as said", [], 5_000));
  const outcomes = Promise.allSettled(silent);
  expect(await pool.query(ONE, [], 5_000)).toEqual([{ one: 1 }]);
  expect((await outcomes).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  await pool.end();
});

test("ending waits for what is being answered", async () => {
  const pool = createOperationPool(open(database.url, 1), 1);
  await pool.query(ONE, [], 5_000);
  const answer = pool.query(SLEEP, [0.2], 5_000);
  await sleep(20);
  await pool.end();
  expect(await answer).toHaveLength(1);
  await expect(pool.query(ONE, [], 1_000)).rejects.toMatchObject({ code: "CONNECTION_ENDED" });
});
