import { sampleCall } from "@tachograph/record/testing";
import { newId, retryingKinds, type CallRecord, type ToolDefinition } from "@tachograph/record";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLedger, type Ledger } from "./connection.ts";
import { errorOutcomes, refusalOutcomes } from "./outcome-groups.ts";
import { countDefaultPartition, ensurePartitions } from "./partitions.ts";
import { findCall } from "./queries/calls.ts";
import { findPayload } from "./queries/payloads.ts";
import { findSession } from "./queries/sessions.ts";
import { idAt, recorded, sampleCalls } from "./sample-calls.ts";
import { createTestDatabase, type TestDatabase } from "./testing.ts";

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

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const send = (calls: CallRecord[], to = ledger) => to.record({ calls: calls.map(recorded), definitions: [] });

test("a row comes back as it was sent, with the time of its arrival", async () => {
  const call = sampleCall({ issues: [{ path: "/date", code: "format" }], scopes: ["a", 'b"c', "{d,e}"], rpcId: '"7"' });
  const before = Date.now();
  expect(await send([call])).toEqual({ inserted: 1, known: 0, rejected: [] });
  const { recordedAt, ...found } = (await findCall(ledger, call)) ?? {};
  expect(found).toEqual(call);
  expect(recordedAt).toBeGreaterThanOrEqual(before - 1_000);
  expect(await findPayload(ledger, { project: call.project, callId: call.id })).toEqual(recorded(call).payload);
});

test("a batch that is sent again adds nothing", async () => {
  const calls = [sampleCall({ sessionId: "resent" }), sampleCall({ sessionId: "resent" })];
  expect(await send([...calls, ...calls])).toEqual({ inserted: 2, known: 2, rejected: [] });
  expect(await send(calls)).toEqual({ inserted: 0, known: 2, rejected: [] });
  expect(await findSession(ledger, { project: "default", sessionId: "resent" })).toMatchObject({ calls: 2 });
});

test("rollups equal a recount of the rows after re-sends, concurrent writers and late rows", async () => {
  const project = "rollups";
  const now = Date.now();
  const calls = sampleCalls({ seed: 7, count: 3_000, from: now - 3 * DAY_MS, to: now }).map((call) => ({
    ...call,
    project,
  }));
  const parts = Array.from({ length: 12 }, (_, part) => calls.filter((_, index) => index % 12 === part));
  const other = openLedger({ url: database.url });
  // Overlapping batches from two pools at once, the newest rows first in one of them.
  await Promise.all([
    ...parts.map((part) => send(part)),
    ...parts.map((part, index) => send([...part, ...(parts[(index + 5) % 12] ?? [])].toReversed(), other)),
  ]);
  await other.close();

  const stats = await sql<{ calls: number; unknown: number; sum: number }>`
    select sum(calls)::bigint as calls, sum(calls) filter (where effect = 'unknown')::bigint as unknown,
      sum(duration_us_sum)::bigint as sum from call_stats where project = ${project}
  `.execute(ledger.db);
  expect(stats.rows[0]).toEqual({
    calls: calls.length,
    unknown: calls.filter(({ effect }) => effect === "unknown").length,
    sum: calls.reduce((sum, { durationUs }) => sum + durationUs, 0),
  });
  const hours = await sql<{ hour: Date; tool: string; outcome: string; retryKind: string; calls: number }>`
    select hour, tool, outcome, retry_kind, sum(calls)::bigint as calls from call_stats where project = ${project}
    group by hour, tool, outcome, retry_kind`.execute(ledger.db);
  for (const { hour, tool, outcome, retryKind, calls: counted } of hours.rows) {
    const same = calls.filter(
      (call) =>
        Math.floor(call.startedAt / HOUR_MS) * HOUR_MS === hour.getTime() &&
        (call.tool ?? "") === tool &&
        call.outcome === outcome &&
        call.retryKind === retryKind,
    );
    expect(counted).toBe(same.length);
  }

  const sessions = Map.groupBy(
    calls.filter(({ sessionId }) => sessionId !== null),
    ({ sessionId }) => sessionId as string,
  );
  const unique = (values: (string | null)[]) => [...new Set(values.filter((value) => value !== null))].toSorted();
  for (const [sessionId, rows] of sessions) {
    const count = (matches: (call: CallRecord) => boolean): number => rows.filter(matches).length;
    const outcomeCounts: Record<string, number> = {};
    for (const { outcome } of rows) outcomeCounts[outcome] = (outcomeCounts[outcome] ?? 0) + 1;
    expect(await findSession(ledger, { project, sessionId })).toEqual({
      sessionId,
      sessionSource: "meta",
      clientName: unique(rows.map(({ clientName }) => clientName)).at(-1) ?? null,
      clientVersion: "2.1.330",
      principals: unique(rows.map(({ principal }) => principal)),
      servers: unique(rows.map(({ serverName }) => serverName)),
      tools: unique(rows.map(({ tool }) => tool)),
      firstCallId: rows.map(({ id }) => id).toSorted()[0],
      lastCallId: rows
        .map(({ id }) => id)
        .toSorted()
        .at(-1),
      firstCallAt: Math.min(...rows.map(({ startedAt }) => startedAt)),
      lastCallAt: Math.max(...rows.map(({ startedAt }) => startedAt)),
      durationMs:
        Math.max(...rows.map(({ startedAt }) => startedAt)) - Math.min(...rows.map(({ startedAt }) => startedAt)),
      // Told from the counters below: see the test of the sessions' risk.
      risk: expect.any(Number) as number,
      calls: rows.length,
      outcomes: outcomeCounts,
      refusals: count(({ outcome }) => refusalOutcomes.includes(outcome)),
      denials: count(({ outcome }) => outcome === "denied"),
      errors: count(({ outcome }) => errorOutcomes.includes(outcome)),
      retries: count(({ retryKind }) => retryingKinds.includes(retryKind)),
      corrections: count(({ retryKind }) => retryKind === "corrected_retry"),
      replays: count(({ outcome }) => outcome === "duplicate_replayed"),
      repeats: count(({ retryKind }) => retryKind === "repeat"),
      unknownEffects: count(({ effect }) => effect === "unknown"),
    });
  }
});

test("rows that Postgres will never take are set aside with a reason and without their values; the rest is stored", async () => {
  const good = Array.from({ length: 50 }, () => sampleCall({ sessionId: "poisoned" }));
  const bad = [
    sampleCall({ outcome: "secret-value" as never }),
    sampleCall({ instanceId: "secret-value" }),
    sampleCall({ durationUs: 1e30 }),
    sampleCall({ serverName: null as never }),
    sampleCall({ id: "secret-value" }),
  ];
  const calls = bad.flatMap((call, index) => [...good.slice(index * 10, index * 10 + 10), call]);
  const report = await send(calls);
  expect(report).toMatchObject({ inserted: 50, known: 0 });
  expect(report.rejected.map(({ id }) => id).toSorted()).toEqual(bad.map(({ id }) => id).toSorted());
  expect(report.rejected.map(({ reason }) => reason).join()).not.toContain("secret-value");
  expect(report.rejected.map(({ reason }) => reason)).toContain("outcome_known: value not in the closed set (23514)");
  expect(await findSession(ledger, { project: "default", sessionId: "poisoned" })).toMatchObject({ calls: 50 });
});

test("NULs and lone surrogates become replacement characters; escapes in payloads stay as they are", async () => {
  const call = sampleCall({ tool: "a\0b", errorMessage: "half \ud83d of a pair", sessionId: "\0" });
  const payload = { arguments: '{"text":"\\u0000 \\ud800 \\\\u0000"}', result: '{"raw":"\0\udc00"}' };
  const report = await ledger.record({ calls: [{ call, payload }], definitions: [] });
  expect(report).toEqual({ inserted: 1, known: 0, rejected: [] });
  expect(await findCall(ledger, call)).toMatchObject({ tool: "a\uFFFDb", errorMessage: "half \uFFFD of a pair" });
  expect(await findPayload(ledger, { project: call.project, callId: call.id })).toEqual({
    arguments: payload.arguments,
    result: '{"raw":"\uFFFD\uFFFD"}',
  });
});

test("rows of a clock that is far off are kept in the default partition, and that is counted", async () => {
  const now = Date.now();
  const far = [now + 40 * DAY_MS, now - 400 * DAY_MS, 0].map((at) => sampleCall({ id: idAt(at) }));
  const before = await countDefaultPartition(ledger);
  expect(await send(far)).toMatchObject({ inserted: 3 });
  expect(await countDefaultPartition(ledger)).toBe(before + 3);
  expect(await findCall(ledger, far[0] as CallRecord)).toMatchObject({ id: far[0]?.id });
  // The day whose rows are in the default partition gets none of its own, the days around it do.
  await ensurePartitions(ledger, { daysBack: 0, daysAhead: 42 });
  expect(await send([sampleCall({ id: idAt(now + 40 * DAY_MS) })])).toMatchObject({ inserted: 1 });
  expect(await countDefaultPartition(ledger)).toBe(before + 4);
});

test("rows of plausible days get partitions made for them", async () => {
  const at = Date.now() - 80 * DAY_MS;
  const before = await countDefaultPartition(ledger);
  await Promise.all(
    [1, 2, 3, 4].map(() => send([sampleCall({ id: idAt(at) }), sampleCall({ id: idAt(at + DAY_MS) })])),
  );
  expect(await countDefaultPartition(ledger)).toBe(before);
});

test("a stored row cannot be changed, removed or truncated away; its partition can be dropped", async () => {
  const at = Date.now() - 70 * DAY_MS;
  const call = sampleCall({ id: idAt(at) });
  await send([call]);
  const partition = `tool_calls_${new Date(at).toISOString().slice(0, 10).replaceAll("-", "")}`;
  for (const statement of [
    sql`update tool_calls set outcome = 'ok' where id = ${call.id}`,
    sql`delete from tool_calls where id = ${call.id}`,
    sql`delete from ${sql.table(partition)}`,
    sql`truncate tool_calls`,
    sql`truncate ${sql.table(partition)}`,
    sql`update payloads set result = null where call_id = ${call.id}`,
  ]) {
    await expect(statement.execute(ledger.db)).rejects.toMatchObject({ code: "23001" });
  }
  await sql`delete from payloads where call_id = ${call.id}`.execute(ledger.db);
  expect(await findCall(ledger, call)).toBeDefined();
  await sql`drop table ${sql.table(partition)}`.execute(ledger.db);
  expect(await findCall(ledger, call)).toBeUndefined();
});

test("a contract is kept once, with the earliest time it was seen at", async () => {
  const definition: ToolDefinition = {
    hash: "ef".repeat(32),
    project: "default",
    serverName: "orders",
    serverVersion: null,
    tool: "get_order",
    definition: '{"name":"get_order"}',
    seenAt: Date.now(),
  };
  const earlier = { ...definition, seenAt: definition.seenAt - 5_000 };
  const broken = { ...definition, hash: "00".repeat(32), tool: null as never };
  await ledger.record({ calls: [], definitions: [definition] });
  const report = await ledger.record({ calls: [recorded(sampleCall())], definitions: [broken, definition, earlier] });
  expect(report.inserted).toBe(1);
  const kept = await ledger.db.selectFrom("toolDefinitions").selectAll().execute();
  expect(kept).toEqual([expect.objectContaining({ hash: definition.hash, firstSeenAt: new Date(earlier.seenAt) })]);
});

test("an empty batch is stored; a database that is gone rejects", async () => {
  expect(await send([])).toEqual({ inserted: 0, known: 0, rejected: [] });
  const gone = openLedger({ url: "postgres://tachograph:x@127.0.0.1:1/tachograph" });
  await expect(send([sampleCall({ id: newId() })], gone)).rejects.toMatchObject({ code: "unreachable" });
  await gone.close();
});

test("a ledger that only stored calls leaves no connection open once it is closed", async () => {
  const applicationName = "ledger that is closed";
  const own = openLedger({ url: database.url, applicationName });
  await send([sampleCall()], own);
  const connections = async (): Promise<number> => {
    const { rows } = await sql<{
      n: number;
    }>`select count(*)::int as n from pg_stat_activity where application_name = ${applicationName}`.execute(ledger.db);
    return rows[0]?.n ?? 0;
  };
  expect(await connections()).toBeGreaterThan(0);
  await own.close();
  await expect.poll(connections).toBe(0);
});
