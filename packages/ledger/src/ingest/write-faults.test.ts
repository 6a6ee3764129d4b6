import { setTimeout as sleep } from "node:timers/promises";
import { sampleCall } from "@tachograph/record/testing";
import type { RecordedCall, RecordReport } from "@tachograph/record";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openLedger, type Ledger } from "../connection.ts";
import { recorded } from "../sample-calls.ts";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import { startProxy, type CuttableProxy } from "../testing-proxy.ts";

let database: TestDatabase;
let proxy: CuttableProxy;
/** By way of the proxy. */
let ledger: Ledger;
/** Straight. */
let witness: Ledger;

beforeEach(async () => {
  database = await createTestDatabase();
  proxy = await startProxy(database.url);
  ledger = openLedger({ url: proxy.url, applicationName: "writer" });
  witness = openLedger({ url: database.url, applicationName: "witness" });
});
afterEach(async () => {
  await ledger.close();
  await witness.close();
  await proxy.close();
  await database.drop();
});

const rows = (count: number): RecordedCall[] =>
  Array.from({ length: count }, (_, index) => recorded(sampleCall({ sessionId: `s${index % 20}`, seq: index + 1 })));
const send = (calls: RecordedCall[]): Promise<RecordReport> => ledger.record({ calls, definitions: [] });

/** Sends until the store says that it has them; how often it did not. */
async function insist(calls: RecordedCall[]): Promise<number> {
  for (let failures = 0; failures < 20; failures++) {
    try {
      await send(calls);
      return failures;
    } catch {
      // Sent again.
    }
  }
  throw new Error("never stored");
}

async function counts(): Promise<Record<string, number>> {
  const { rows: found } = await sql<Record<string, number>>`
    select (select count(*)::int from tool_calls) as calls, (select count(*)::int from payloads) as payloads,
      (select sum(calls)::int from sessions) as sessions, (select sum(calls)::int from call_stats) as stats
  `.execute(witness.db);
  return found[0] ?? {};
}
const everywhere = (count: number): Record<string, number> => ({
  calls: count,
  payloads: count,
  sessions: count,
  stats: count,
});

describe("a connection that is cut", () => {
  test("anywhere in a batch stores all of it or nothing, and what is sent again is counted once", async () => {
    let sent = 0;
    let failures = 0;
    // From within the login to behind the last row.
    for (const bytes of [20, 150, 400, 1_500, 20_000, 100_000, 200_000, 340_000, 400_000]) {
      await ledger.close();
      ledger = openLedger({ url: proxy.url, applicationName: "writer" });
      proxy.cutAfter(bytes);
      failures += await insist(rows(300));
      sent += 300;
      expect(await counts()).toEqual(everywhere(sent));
    }
    expect(failures).toBeGreaterThanOrEqual(7);
  });

  test("is told as a database that cannot be reached, and needs nobody's help to come back", async () => {
    await send(rows(50));
    proxy.sever();
    await expect(send(rows(50))).rejects.toMatchObject({ code: "unreachable" });
    await expect(send(rows(3))).rejects.toMatchObject({ code: "unreachable" });
    proxy.mend();
    expect(await insist(rows(50))).toBeLessThanOrEqual(1);
    expect(await counts()).toEqual(everywhere(100));
  });
});

test("backends that are ended while they store cost an attempt, and no row", async () => {
  const storing = Promise.all(Array.from({ length: 8 }, () => insist(rows(1_000))));
  let ended = 0;
  for (let attempts = 0; ended < 5 && attempts < 100; attempts++) {
    await sleep(20);
    const { rows: killed } = await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'writer' and datname = current_database() and state = 'active' limit 1`.execute(
      witness.db,
    );
    ended += killed.length;
  }
  const failures = await storing;
  expect(ended).toBeGreaterThan(0);
  expect(failures.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
  expect(await counts()).toEqual(everywhere(8_000));
});

test("a statement that takes too long is ended, and its rows may be sent again", async () => {
  const [first = recorded(sampleCall())] = rows(1);
  await send([first]);
  const slow = openLedger({ url: database.url, statementTimeoutMs: 300 });
  const { promise: release, resolve: letGo } = Promise.withResolvers<void>();
  const { promise: isLocked, resolve: locked } = Promise.withResolvers<void>();
  const holding = witness.db.transaction().execute(async (transaction) => {
    await sql`select from call_stats for update`.execute(transaction);
    locked();
    await release;
  });
  await isLocked;
  const calls = rows(100);
  await expect(slow.record({ calls, definitions: [] })).rejects.toMatchObject({ code: "57014" });
  letGo();
  await holding;
  expect(await slow.record({ calls, definitions: [] })).toMatchObject({ inserted: 100 });
  await slow.close();
  expect(await counts()).toEqual(everywhere(101));
});

test("of several hosts the first that takes rows is written to", async () => {
  const url = new URL(database.url);
  const elsewhere = openLedger({ url: database.url.replace(url.host, `127.0.0.1:1,${url.host}`) });
  expect(await elsewhere.record({ calls: rows(20), definitions: [] })).toMatchObject({ inserted: 20 });
  await elsewhere.close();
});
