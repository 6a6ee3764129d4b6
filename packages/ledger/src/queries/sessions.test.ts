import { sampleCall } from "@tachograph/record/testing";
import { retryingKinds, type CallRecord } from "@tachograph/record";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openLedger, type Ledger } from "../connection.ts";
import { errorOutcomes, refusalOutcomes } from "../outcome-groups.ts";
import { recorded, sampleCalls } from "../sample-calls.ts";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import { countSessionsBy } from "./session-facets.ts";
import { readSessionOutline, type OutlineCall } from "./session-outline.ts";
import { countSessions, findSession, listSessions, sessionSorts, type SessionFilter } from "./sessions.ts";

const HOUR_MS = 3_600_000;
const now = Date.now();
const project = "default";
const calls = sampleCalls({ seed: 4, count: 600, from: now - 30 * HOUR_MS, to: now });

let database: TestDatabase;
let ledger: Ledger;
beforeAll(async () => {
  database = await createTestDatabase();
  ledger = openLedger({ url: database.url });
  const quiet = sampleCall({ sessionId: "long-ago", startedAt: now - 100 * HOUR_MS });
  await ledger.record({ calls: calls.map(recorded), definitions: [] });
  await ledger.record({ calls: [recorded({ ...quiet, project: "other" })], definitions: [] });
});
afterAll(async () => {
  await ledger.close();
  await database.drop();
});

interface Counted {
  sessionId: string;
  lastCallId: string;
  calls: CallRecord[];
  count: Record<string, number>;
}

const sessions: Counted[] = [
  ...Map.groupBy(
    calls.filter(({ sessionId }) => sessionId !== null),
    ({ sessionId }) => sessionId as string,
  ),
].map(([sessionId, rows]) => ({
  sessionId,
  calls: rows,
  lastCallId:
    rows
      .map(({ id }) => id)
      .toSorted()
      .at(-1) ?? "",
  count: {
    last_activity: 0,
    calls: rows.length,
    refusals: rows.filter(({ outcome }) => refusalOutcomes.includes(outcome)).length,
    replays: rows.filter(({ outcome }) => outcome === "duplicate_replayed").length,
    repeats: rows.filter(({ retryKind }) => retryKind === "repeat").length,
    duration_ms:
      Math.max(...rows.map(({ startedAt }) => startedAt)) - Math.min(...rows.map(({ startedAt }) => startedAt)),
    denials: rows.filter(({ outcome }) => outcome === "denied").length,
    errors: rows.filter(({ outcome }) => errorOutcomes.includes(outcome)).length,
    retries: rows.filter(({ retryKind }) => retryingKinds.includes(retryKind)).length,
    unknown_effects: rows.filter(({ effect }) => effect === "unknown").length,
  },
}));

const filters: [SessionFilter, (session: Counted) => boolean][] = [
  [{}, () => true],
  [{ onlyWith: ["denials"] }, ({ count }) => (count.denials ?? 0) > 0],
  [
    { onlyWith: ["repeats", "unknown_effects"] },
    ({ count }) => (count.repeats ?? 0) > 0 || (count.unknown_effects ?? 0) > 0,
  ],
  [
    { principals: ["ci", "bob@example.com"] },
    (session) => session.calls.some(({ principal }) => principal === "ci" || principal === "bob@example.com"),
  ],
  [{ servers: ["tickets"], tools: [] }, (session) => session.calls.some(({ serverName }) => serverName === "tickets")],
  [{ search: "SESSION-1" }, ({ sessionId }) => sessionId.startsWith("session-1")],
  [{ tools: ["50%_off"] }, (session) => session.calls.some(({ tool }) => tool === "50%_off")],
  [{ search: "50%_" }, (session) => session.calls.some(({ tool }) => tool === "50%_off")],
  [
    { clients: ["vscode"], onlyWith: ["errors"] },
    (session) => clientOf(session) === "vscode" && (session.count.errors ?? 0) > 0,
  ],
];

const clientOf = (session: Counted): string | undefined =>
  session.calls
    .map(({ clientName }) => clientName ?? "")
    .toSorted()
    .at(-1);

const allSessions = async () => {
  const { rows } = await listSessions(ledger, { project, from: now - 31 * HOUR_MS, to: now, limit: 100 });
  return rows;
};

describe.each(filters)("with the filter %j", (filter, matches) => {
  test.each(sessionSorts)("sorted by %s, pages hold each session once, most first", async (sort) => {
    const scope = { project, from: now - 31 * HOUR_MS, to: now, ...filter };
    const risks = new Map((await allSessions()).map(({ sessionId, risk }) => [sessionId, risk]));
    for (const session of sessions) session.count.risk = risks.get(session.sessionId) ?? 0;
    const expected = sessions
      .filter(matches)
      .toSorted((a, b) => (b.count[sort] ?? 0) - (a.count[sort] ?? 0) || (a.lastCallId < b.lastCallId ? 1 : -1));
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listSessions(ledger, { ...scope, sort, limit: 7, cursor });
      found.push(...page.rows.map(({ sessionId }) => sessionId));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(found).toEqual(expected.map(({ sessionId }) => sessionId));
    expect(await countSessions(ledger, scope)).toEqual({ count: expected.length, capped: false });
  });
});

test("a session belongs to every window that it was active in", async () => {
  const { rows } = await listSessions(ledger, { project: "other", from: now - HOUR_MS, to: now + HOUR_MS, limit: 5 });
  expect(rows.map(({ sessionId }) => sessionId)).toEqual(["long-ago"]);
  expect(await countSessions(ledger, { project: "other", from: 0, to: now - HOUR_MS })).toMatchObject({ count: 0 });
});

test("a field's values are counted with the filters of the other fields in force, not with its own", async () => {
  const scope = { project, from: now - 31 * HOUR_MS, to: now };
  const filter: SessionFilter = { clients: ["vscode"], onlyWith: ["errors"] };
  const { facets: counts, ofNewest } = await countSessionsBy(ledger, { ...scope, ...filter });
  expect(ofNewest).toBeNull();
  for (const { value, count } of counts.client) {
    const alone = await countSessions(ledger, { ...scope, onlyWith: ["errors"], clients: [value ?? ""] });
    expect({ value, count }).toEqual({ value, count: alone.count });
  }
  expect(counts.client.length).toBeGreaterThan(1);
  for (const { value, count } of counts.tool) {
    expect(await countSessions(ledger, { ...scope, ...filter, tools: [value ?? ""] })).toMatchObject({ count });
  }
  for (const { value, count } of counts.only) {
    const only = { ...scope, clients: ["vscode"], onlyWith: [value] } as typeof scope & SessionFilter;
    expect(await countSessions(ledger, only)).toMatchObject({ count });
  }
});

test("of more than 10,000 sessions the values are counted of the newest, and that is said", async () => {
  await sql`
    insert into sessions (project, session_id, session_source, client_name, principals, servers, tools, first_call_id,
      last_call_id, first_call_at, last_call_at, calls, outcomes, refusals, denials, errors, retries, corrections, replays,
      repeats, unknown_effects)
    select 'crowded', n::text, 'meta', case when n <= 5 then 'oldest' else 'newer' end, '{}', '{}', '{}', id, id, at, at,
      1, '{"ok": 1}', 0, 0, 0, 0, 0, 0, 0, 0
    from generate_series(1, 10005) as n, lateral (select to_timestamp(${now / 1000}) - (10005 - n) * interval '1 ms' as at),
      lateral (select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid as id)
  `.execute(ledger.db);
  const scope = { project: "crowded", from: now - HOUR_MS, to: now + HOUR_MS };
  const { facets, ofNewest } = await countSessionsBy(ledger, scope);
  expect({ ofNewest, clients: facets.client }).toEqual({
    ofNewest: 10_000,
    clients: [{ value: "newer", count: 10_000 }],
  });
});

test.each([1, 4, 1000])(
  "an outline in pieces of %d holds each call of the session once, oldest first",
  async (piece) => {
    const [session] = sessions;
    const found: OutlineCall[] = [];
    for await (const part of readSessionOutline(ledger, {
      project,
      sessionId: session?.sessionId ?? "",
      text: "create_ticket",
      firstPiece: 2,
      piece,
    })) {
      found.push(...part);
    }
    const expected = (session?.calls ?? []).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    expect(found.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    expect(found.map(({ matches }) => matches)).toEqual(expected.map(({ tool }) => tool === "create_ticket"));
  },
);

test("a session that is not there has no calls", async () => {
  expect(await findSession(ledger, { project, sessionId: "none\0" })).toBeUndefined();
  const outline = readSessionOutline(ledger, { project: "other", sessionId: "session-1", firstPiece: 4, piece: 4 });
  expect((await outline.next()).done).toBe(true);
});
