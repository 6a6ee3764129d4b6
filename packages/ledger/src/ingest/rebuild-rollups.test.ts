import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLedger, type Ledger } from "../connection.ts";
import { recorded, sampleCalls } from "../sample-calls.ts";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import { rebuildRollups } from "./rebuild-rollups.ts";

const HOUR_MS = 3_600_000;
const now = Date.now();
const rollups = ["sessions", "call_stats", "call_days", "call_minutes"];

let database: TestDatabase;
let ledger: Ledger;
beforeAll(async () => {
  database = await createTestDatabase();
  ledger = openLedger({ url: database.url });
});
afterAll(async () => {
  await ledger.close();
  await database.drop();
});

const callsOf = (project: string, seed: number, count: number, from = now - 60 * HOUR_MS) =>
  sampleCalls({ seed, count, from, to: now }).map((call) => recorded({ ...call, project }));

async function contents(project: string): Promise<unknown> {
  const found: Record<string, unknown[]> = {};
  for (const table of rollups) {
    const { rows } = await sql<{ row: unknown }>`
      select to_jsonb(t) - 'project' as row from ${sql.table(table)} t where project = ${project} order by 1`.execute(
      ledger.db,
    );
    found[table] = rows.map(({ row }) => row);
  }
  return found;
}

/** What rows of several kinds that are wrong, missing and superfluous make of the rollups. */
async function spoil(project: string): Promise<void> {
  await sql`update call_stats set calls = calls + 7 where project = ${project} and outcome = 'ok'`.execute(ledger.db);
  await sql`delete from call_days where project = ${project} and outcome <> 'ok'`.execute(ledger.db);
  await sql`update call_minutes set outcome = 'no ' || outcome where ctid in (
    select ctid from call_minutes where project = ${project} limit 20)`.execute(ledger.db);
  await sql`delete from sessions where project = ${project} and session_id like '%-1%'`.execute(ledger.db);
  await sql`
    update sessions set calls = 0, tools = '{nothing}', first_call_at = now(), outcomes = '{}'
    where project = ${project} and session_id like '%-2%'`.execute(ledger.db);
}

test("what a rebuild leaves is what the rows say, and a second one finds nothing to mend", async () => {
  const days: number[] = [];
  await ledger.record({ calls: callsOf("spoilt", 1, 2_000), definitions: [] });
  await ledger.record({ calls: callsOf("other", 2, 500), definitions: [] });
  const [sound, other] = [await contents("spoilt"), await contents("other")];
  expect(await rebuildRollups(ledger)).toMatchObject({ correctedCounts: 0, correctedSessions: 0 });

  await spoil("spoilt");
  expect(await contents("spoilt")).not.toEqual(sound);
  const report = await rebuildRollups(ledger, { onProgress: ({ days: done }) => days.push(done) });
  expect(report.correctedCounts).toBeGreaterThan(20);
  expect(report.correctedSessions).toBeGreaterThan(2);
  expect(days).toEqual(Array.from({ length: report.days }, (_, index) => index + 1));
  expect(await contents("spoilt")).toEqual(sound);
  expect(await contents("other")).toEqual(other);
  expect(await rebuildRollups(ledger)).toMatchObject({ correctedCounts: 0, correctedSessions: 0 });
});

test("a rebuild of some days of a project leaves others alone", async () => {
  await ledger.record({ calls: callsOf("narrow", 3, 1_000), definitions: [] });
  await sql`update call_days set calls = calls + 1 where project = 'narrow'`.execute(ledger.db);
  const wrong = async (): Promise<number> => {
    const { rows } = await sql<{ day: Date }>`
      select day from (
        select day, calls from call_days where project = 'narrow'
        union all select date_trunc('day', id_time(id), 'UTC'), -1 from tool_calls where project = 'narrow'
      ) as both_sides group by day having sum(calls) <> 0`.execute(ledger.db);
    return rows.length;
  };
  const before = await wrong();
  await rebuildRollups(ledger, { project: "elsewhere" });
  expect(await wrong()).toBe(before);
  await rebuildRollups(ledger, { project: "narrow", from: now, to: now + 1 });
  expect(await wrong()).toBe(before - 1);
});

test("rebuilds beside each other and beside writers in both ways lose and double nothing", async () => {
  const project = "busy";
  const calls = callsOf(project, 4, 3_000);
  await ledger.record({ calls: calls.slice(0, 1_000), definitions: [] });
  await spoil(project);
  const others = [openLedger({ url: database.url }), openLedger({ url: database.url })];
  const [one, two] = others as [Ledger, Ledger];
  const write = async (by: Ledger, rows: typeof calls, size: number): Promise<void> => {
    for (let at = 0; at < rows.length; at += size)
      await by.record({ calls: rows.slice(at, at + size), definitions: [] });
  };
  const rebuild = async (): Promise<void> => {
    for (let round = 0; round < 4; round++) await rebuildRollups(ledger, { project });
  };
  // Overlapping, so that rows come again and late.
  await Promise.all([
    write(one, calls.slice(800, 2_400), 100),
    write(two, calls.slice(1_500).toReversed(), 7),
    rebuild(),
    rebuild(),
  ]);
  await Promise.all(others.map((other) => other.close()));

  const busy = await contents(project);
  expect(await rebuildRollups(ledger, { project })).toMatchObject({ correctedCounts: 0, correctedSessions: 0 });
  await ledger.record({
    calls: calls.map(({ call, payload }) => ({ call: { ...call, project: "calm" }, payload })),
    definitions: [],
  });
  expect(busy).toEqual(await contents("calm"));
});
