import { sampleCall } from "@tachograph/record/testing";
import { outcomes, retryingKinds, type CallRecord } from "@tachograph/record";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openLedger, type Ledger } from "../connection.ts";
import { attemptKinds, errorOutcomes, refusalOutcomes } from "../outcome-groups.ts";
import { idAt, recorded, sampleCalls } from "../sample-calls.ts";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import { countCallsBy, getCallHistogram } from "./call-counts.ts";
import type { CallFilter } from "./call-filter.ts";
import { countCalls, findCall, listCalls, type CallSummary } from "./calls.ts";
import { getOverview } from "./overview.ts";
import type { Page } from "./page.ts";
import { findPayload } from "./payloads.ts";
import { listTopTools } from "./tool-use.ts";
import { getTotals } from "./totals.ts";

const HOUR_MS = 3_600_000;
const now = Date.now();
const project = "default";
const calls = sampleCalls({ seed: 42, count: 2_500, from: now - 60 * HOUR_MS, to: now });
const elsewhere = sampleCalls({ seed: 43, count: 300, from: now - 60 * HOUR_MS, to: now }).map((call) => ({
  ...call,
  project: "other",
}));

let database: TestDatabase;
let ledger: Ledger;
beforeAll(async () => {
  database = await createTestDatabase();
  ledger = openLedger({ url: database.url });
  await ledger.record({ calls: [...calls, ...elsewhere].map(recorded), definitions: [] });
});
afterAll(async () => {
  await ledger.close();
  await database.drop();
});

// Windows that begin and end inside an hour, on the hour, long enough for the rollup and too short for it.
const windows = [
  { from: now - 60 * HOUR_MS, to: now },
  { from: now - 30 * HOUR_MS - 1_234_567, to: now - 7_654_321 },
  { from: Math.floor(now / HOUR_MS) * HOUR_MS - 24 * HOUR_MS, to: Math.floor(now / HOUR_MS) * HOUR_MS },
  { from: now - 2 * HOUR_MS, to: now },
  { from: now - 90_000, to: now - 30_000 },
  { from: now + HOUR_MS, to: now + 2 * HOUR_MS },
];

const filters: [CallFilter, (call: CallRecord) => boolean][] = [
  [{}, () => true],
  [{ outcomes: ["denied", "ok"] }, ({ outcome }) => outcome === "denied" || outcome === "ok"],
  [{ effects: ["unknown"] }, ({ effect }) => effect === "unknown"],
  [{ retryKinds: ["repeat"] }, ({ retryKind }) => retryKind === "repeat"],
  [{ mutabilities: ["destructive"] }, ({ mutability }) => mutability === "destructive"],
  [{ servers: ["tickets"] }, ({ serverName }) => serverName === "tickets"],
  [{ tools: ["refund_order"] }, ({ tool }) => tool === "refund_order"],
  [{ toolPrefix: "50%_" }, ({ tool }) => tool === "50%_off"],
  [{ toolPrefix: "back\\" }, ({ tool }) => tool === "back\\slash"],
  [{ tools: ["get_order"], toolPrefix: "ref" }, ({ tool }) => tool === "get_order" || tool === "refund_order"],
  [{ principals: ["ci"] }, ({ principal }) => principal === "ci"],
  [
    { rule: "small_refund" },
    ({ rule, wouldDeny }) => rule === "small_refund" || wouldDeny?.includes("small_refund") === true,
  ],
  [{ operationId: "op-3" }, ({ operationId }) => operationId === "op-3"],
  [{ sessionId: "session-3" }, ({ sessionId }) => sessionId === "session-3"],
  [
    { principals: ["ci", "bob@example.com"], clients: ["vscode", "opencode"] },
    ({ principal, clientName }) =>
      ["ci", "bob@example.com"].includes(principal ?? "") && ["vscode", "opencode"].includes(clientName ?? ""),
  ],
  [{ errorCodes: ["date_format"] }, ({ errorCode }) => errorCode === "date_format"],
  [{ text: "not FOUND" }, ({ errorMessage }) => errorMessage === "Order 17 NOT found"],
  [{ text: "100%" }, ({ errorMessage }) => errorMessage === "100% wrong"],
  [{ text: "nothing has this\0" }, () => false],
  [{ outcomes: [] }, () => false],
  [
    { outcomes: ["ok"], servers: ["orders"], principals: ["ann@example.com"] },
    ({ outcome, serverName, principal }) =>
      outcome === "ok" && serverName === "orders" && principal === "ann@example.com",
  ],
];

const within = ({ from, to }: { from: number; to: number }) =>
  calls.filter(({ startedAt }) => startedAt >= from && startedAt < to);
const byCount = (values: (string | null)[]) => {
  const counts = new Map<string | null, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
};

async function readAll<Row>(read: (cursor?: string) => Promise<Page<Row>>): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | undefined;
  do {
    const page: Page<Row> = await read(cursor);
    rows.push(...page.rows);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return rows;
}

describe.each(filters)("the filter %j", (filter, matches) => {
  test.each(windows)("lists, counts and charts what a recount finds in %j", async (window) => {
    const expected = within(window).filter(matches);
    const scope = { project, ...window, filter };

    const ids = (await readAll((cursor) => listCalls(ledger, { ...scope, limit: 400, cursor }))).map(({ id }) => id);
    expect(ids).toEqual(
      expected
        .map(({ id }) => id)
        .toSorted()
        .toReversed(),
    );
    expect(await countCalls(ledger, scope)).toEqual({ count: expected.length, capped: false });

    const { buckets, bucketMs } = await getCallHistogram(ledger, scope);
    const expectedBuckets = byCount(
      expected.map(({ startedAt, outcome }) => `${Math.floor(startedAt / bucketMs) * bucketMs} ${outcome}`),
    );
    expect(new Map(buckets.map(({ at, outcome, calls: counted }) => [`${at} ${outcome}`, counted]))).toEqual(
      expectedBuckets,
    );
  });
});

test.each(windows)("totals, tools and facets equal a recount in %j", async (window) => {
  const expected = within(window);
  const count = (matches: (call: CallRecord) => boolean): number => expected.filter(matches).length;
  const totals = await getTotals(ledger, { project, ...window });
  const retries = count(({ retryKind }) => retryingKinds.includes(retryKind));
  const firstAttempts = count(({ retryKind }) => attemptKinds.includes(retryKind));
  expect(totals).toEqual({
    calls: expected.length,
    refusals: count(({ outcome }) => refusalOutcomes.includes(outcome)),
    errors: count(({ outcome }) => errorOutcomes.includes(outcome)),
    retries,
    firstAttempts,
    retryRatio: firstAttempts === 0 ? null : retries / firstAttempts,
    replays: count(({ outcome }) => outcome === "duplicate_replayed"),
    repeats: count(({ retryKind }) => retryKind === "repeat"),
    unknownEffects: count(({ effect }) => effect === "unknown"),
    outcomes: Object.fromEntries(byCount(expected.map(({ outcome }) => outcome))),
  });

  const tools = await listTopTools(ledger, { project, ...window, limit: 20 });
  expect(tools.reduce((sum, tool) => sum + tool.calls, 0)).toBe(expected.length);
  for (const tool of tools) {
    const same = expected.filter((call) => call.tool === tool.tool && call.serverName === tool.serverName);
    const newest = same.toSorted((a, b) => (a.id < b.id ? 1 : -1)).slice(0, 500);
    const durations = newest.map(({ durationUs }) => durationUs).toSorted((a, b) => a - b);
    expect(tool.calls).toBe(same.length);
    expect(tool.errors).toBe(same.filter(({ outcome }) => errorOutcomes.includes(outcome)).length);
    expect(tool.p50Us).toBeCloseTo(percentile(durations, 0.5), 3);
    expect(tool.p95Us).toBeCloseTo(percentile(durations, 0.95), 3);
  }

  const fields = {
    outcome: "outcome",
    server_name: "serverName",
    tool: "tool",
    retry_kind: "retryKind",
    effect: "effect",
    principal: "principal",
    client_name: "clientName",
    error_code: "errorCode",
  } as const;
  for (const [field, property] of Object.entries(fields)) {
    const filter: CallFilter = { outcomes: outcomes.slice(0, 9), servers: ["orders"], effects: ["none", "unknown"] };
    const others = expected.filter(
      (call) =>
        (field === "outcome" || outcomes.slice(0, 9).includes(call.outcome)) &&
        (field === "server_name" || call.serverName === "orders") &&
        (field === "effect" || call.effect !== "applied"),
    );
    const name = field as keyof typeof fields;
    const { values: found } = (await countCallsBy(ledger, { project, ...window, filter, fields: [name] }))[name];
    expect(new Map(found.map(({ value, count: counted }) => [value, counted]))).toEqual(
      byCount(others.map((call) => call[property])),
    );
    expect(found.map(({ count: counted }) => counted)).toEqual(
      found.map(({ count: counted }) => counted).toSorted((a, b) => b - a),
    );
  }
});

function percentile(sorted: number[], fraction: number): number {
  const position = (sorted.length - 1) * fraction;
  const [low, high] = [sorted[Math.floor(position)] ?? 0, sorted[Math.ceil(position)] ?? 0];
  return low + (high - low) * (position - Math.floor(position));
}

test("pages neither repeat nor skip a row while new ones arrive", async () => {
  const scope = { project: "growing", from: now - HOUR_MS, to: now + HOUR_MS };
  const first = Array.from({ length: 50 }, (_, index) => sampleCall({ project: scope.project, id: idAt(now + index) }));
  await ledger.record({ calls: first.map(recorded), definitions: [] });
  const seen: CallSummary[] = [];
  let cursor: string | undefined;
  let round = 0;
  do {
    const page = await listCalls(ledger, { ...scope, limit: 7, cursor });
    seen.push(...page.rows);
    cursor = page.nextCursor ?? undefined;
    const later = sampleCall({ project: scope.project, id: idAt(now + 1_000 + round++) });
    await ledger.record({ calls: [recorded(later)], definitions: [] });
  } while (cursor !== undefined);
  expect(seen.map(({ id }) => id)).toEqual(first.map(({ id }) => id).toReversed());
  const oldestFirst = await readAll((next) => listCalls(ledger, { ...scope, limit: 9, order: "oldest", cursor: next }));
  expect(oldestFirst.slice(0, 50).map(({ id }) => id)).toEqual(first.map(({ id }) => id));
});

test("a count stops at 10,000 and says so", async () => {
  const many = sampleCalls({ seed: 5, count: 10_050, from: now - HOUR_MS, to: now });
  await ledger.record({ calls: many.map((call) => recorded({ ...call, project: "many" })), definitions: [] });
  expect(await countCalls(ledger, { project: "many", from: now - HOUR_MS, to: now })).toEqual({
    count: 10_000,
    capped: true,
  });
});

test("a call of another project is not found, nor is one that is none", async () => {
  const [other] = elsewhere;
  expect(await findCall(ledger, { project: "other", id: other?.id ?? "" })).toMatchObject({ id: other?.id });
  expect(await findCall(ledger, { project, id: other?.id ?? "" })).toBeUndefined();
  expect(await findCall(ledger, { project, id: "'; drop table tool_calls" })).toBeUndefined();
  expect(await findPayload(ledger, { project, callId: other?.id ?? "" })).toBeUndefined();
});

test("a cursor that is none of ours is refused", async () => {
  const scope = { project, from: 0, to: now, limit: 1 };
  for (const cursor of ["", "%%%", "WyJhIl0", Buffer.from('["x"]').toString("base64url")]) {
    await expect(listCalls(ledger, { ...scope, cursor })).rejects.toMatchObject({ code: "bad_cursor" });
  }
});

test("the overview compares with the same window a week before", async () => {
  const at = now - 7 * 24 * HOUR_MS - HOUR_MS;
  const old = sampleCall({ project: "weekly", id: idAt(at), startedAt: at, outcome: "denied" });
  const fresh = sampleCall({ project: "weekly", id: idAt(now - HOUR_MS), startedAt: now - HOUR_MS });
  await ledger.record({ calls: [old, fresh].map(recorded), definitions: [] });
  const overview = await getOverview(ledger, { project: "weekly", from: now - 24 * HOUR_MS, to: now });
  expect(overview.totals).toMatchObject({ calls: 1, refusals: 0 });
  expect(overview.weekBefore).toMatchObject({ calls: 1, refusals: 1 });
  expect(overview.tools).toEqual([expect.objectContaining({ tool: "get_order", calls: 1, p50Us: 1_500 })]);
  expect(overview.histogram.bucketMs).toBe(15 * 60_000);
  expect(overview.recording.lagP95Ms).toBeGreaterThan(0);
  expect(Date.now() - (overview.recording.lastRecordedAt ?? 0)).toBeLessThan(60_000);
});
