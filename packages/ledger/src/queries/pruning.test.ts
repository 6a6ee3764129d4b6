import { sql, type CompiledQuery } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLedger, type Ledger } from "../connection.ts";
import { ensurePartitions } from "../partitions.ts";
import { recorded, sampleCalls } from "../sample-calls.ts";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import { countCallsBy, getCallHistogram } from "./call-counts.ts";
import { countCalls, findCall, listCalls } from "./calls.ts";
import { getRecordingHealth } from "./recording-health.ts";
import { listTopTools } from "./tool-use.ts";
import { getTotals } from "./totals.ts";

const HOUR_MS = 3_600_000;
const now = Date.now();
const DAYS_BACK = 60;

let database: TestDatabase;
let ledger: Ledger;
let known: string;
beforeAll(async () => {
  database = await createTestDatabase();
  ledger = openLedger({ url: database.url });
  await ensurePartitions(ledger, { daysBack: DAYS_BACK, daysAhead: 3 });
  const calls = sampleCalls({ seed: 1, count: 500, from: now - 40 * 24 * HOUR_MS, to: now });
  await ledger.record({ calls: calls.map(recorded), definitions: [] });
  known = calls[0]?.id ?? "";
});
afterAll(async () => {
  await ledger.close();
  await database.drop();
});

/** The partitions that the plans of what a query function asks name, each once. */
async function partitionsOf(ask: (watched: Ledger) => Promise<unknown>): Promise<Set<string>> {
  const asked: CompiledQuery[] = [];
  const watched: Ledger = {
    ...ledger,
    db: ledger.db.withPlugin({
      transformQuery: ({ node }) => node,
      transformResult: async ({ result }) => result,
    }),
  };
  const executor = watched.db.getExecutor();
  const compile = executor.compileQuery.bind(executor);
  executor.compileQuery = (node, id) => {
    const query = compile(node, id);
    asked.push(query);
    return query;
  };
  await ask(watched);
  const found = new Set<string>();
  for (const query of asked) {
    const { rows } = await ledger.db.executeQuery<Record<string, string>>({
      ...query,
      sql: `explain ${query.sql}`,
    });
    for (const line of rows.flatMap((row) => Object.values(row))) {
      for (const [partition] of line.matchAll(/tool_calls_\d{8}/g)) found.add(partition);
    }
  }
  return found;
}

const day = { project: "default", from: now - 24 * HOUR_MS, to: now };

test.each<[string, number, (by: Ledger) => Promise<unknown>]>([
  ["a page of calls", 2, (by) => listCalls(by, { ...day, limit: 100 })],
  ["a search", 2, (by) => listCalls(by, { ...day, filter: { text: "nothing" }, limit: 100 })],
  ["a count", 2, (by) => countCalls(by, { ...day, filter: { errorCodes: ["x"] } })],
  [
    "facets",
    2,
    (by) => countCallsBy(by, { ...day, filter: { principals: ["ci"] }, fields: ["outcome", "tool", "principal"] }),
  ],
  ["a chart", 2, (by) => getCallHistogram(by, { ...day, filter: { principals: ["ci"] } })],
  ["totals", 2, (by) => getTotals(by, day)],
  ["the tools", 2, (by) => listTopTools(by, { ...day, limit: 10 })],
  ["one call", 1, (by) => findCall(by, { project: "default", id: known })],
])("%s of a day reads the partitions of that day", async (_name, most, ask) => {
  const { size } = await partitionsOf(ask);
  expect(size).toBeGreaterThan(0);
  expect(size).toBeLessThanOrEqual(most);
});

test("what is recorded now is read from the last month's partitions at most", async () => {
  expect((await partitionsOf((by) => getRecordingHealth(by, { project: "default" }))).size).toBeLessThanOrEqual(33);
});

test("partitions are there for days ahead, so that a worker may be missing for two", async () => {
  const { rows } = await sql<{ days: number }>`
    select count(*)::int as days from pg_class
    where relname in (select 'tool_calls_' || to_char(now() at time zone 'UTC' + n * interval '1 day', 'YYYYMMDD')
      from generate_series(0, 2) as n)`.execute(ledger.db);
  expect(rows).toEqual([{ days: 3 }]);
});
