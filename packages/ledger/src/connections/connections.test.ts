import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { openPool, type Pool } from "../connection.ts";
import { administer, createTestDatabase, type TestDatabase } from "../testing.ts";
import { clientConfigs } from "./client-configs.ts";
import { openConnections, type Connections } from "./connections.ts";

let database: TestDatabase;
let pool: Pool;
const opened: Connections[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  pool = openPool({ url: database.url, applicationName: "connections test" });
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((connections) => connections.close()));
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

function open(limits?: Parameters<typeof openConnections>[1]): Connections {
  const connections = openConnections(clientConfigs(pool.options), limits);
  opened.push(connections);
  return connections;
}
const pidOf = (connections: Connections): Promise<number> =>
  connections.use(async (client) => {
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    return rows[0]?.pid ?? 0;
  });
/** Not those whose client is gone in the middle of a statement: Postgres ends that one first. */
async function countOpen(): Promise<number> {
  let count = 0;
  await administer(database.url, async (sql) => {
    const [row] = await sql`
      select count(*)::int as n from pg_stat_activity
      where application_name = 'connections test' and datname = current_database() and state = 'idle'`;
    count = Number(row?.["n"]);
  });
  return count;
}

test("a connection is used again after its work, and after a statement that was refused", async () => {
  const connections = open();
  const first = await pidOf(connections);
  await expect(connections.use((client) => client.query("select 1 / 0"))).rejects.toMatchObject({ code: "22012" });
  expect(await pidOf(connections)).toBe(first);
});

test("no more than so many are open, and whoever comes later waits for a turn", async () => {
  const connections = open({ max: 2 });
  let atOnce = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 8 }, () =>
      connections.use(async (client) => {
        most = Math.max(most, ++atOnce);
        await client.query("select pg_sleep(0.02)");
        atOnce--;
      }),
    ),
  );
  expect(most).toBe(2);
  expect(await countOpen()).toBe(2);
});

test("work that a silent server does not end is given up, and the next gets a connection of its own", async () => {
  const connections = open({ workWithinMs: 200 });
  const first = await pidOf(connections);
  await expect(connections.use((client) => client.query("select pg_sleep(30)"))).rejects.toMatchObject({
    code: "CONNECTION_CLOSED",
  });
  expect(await pidOf(connections)).not.toBe(first);
});

test("a connection that only a standby would offer is not kept", async () => {
  const connections = open();
  const first = await pidOf(connections);
  const writing = connections.use(async (client) => {
    await client.query("set default_transaction_read_only = on");
    await client.query("create table t ()");
  });
  await expect(writing).rejects.toMatchObject({ code: "25006" });
  expect(await pidOf(connections)).not.toBe(first);
});

test("connections that nobody uses are closed after a while, and all of them at the end", async () => {
  const connections = open({ idleMs: 50 });
  await pidOf(connections);
  await expect.poll(countOpen).toBe(0);
  const waiting = connections.use((client) => client.query("select pg_sleep(30)")).catch((error: unknown) => error);
  await sleep(100);
  await connections.close();
  expect(await waiting).toMatchObject({ code: "CONNECTION_CLOSED" });
  await expect.poll(countOpen).toBe(0);
  await expect(pidOf(connections)).rejects.toMatchObject({ code: "CONNECTION_ENDED" });
});
