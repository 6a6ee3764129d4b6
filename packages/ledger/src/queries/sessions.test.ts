import { sampleCall } from "@tachograph/record/testing";
import { retryingKinds, type CallRecord } from "@tachograph/record";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openLedger, type Ledger } from "../connection.ts";
import { errorOutcomes } from "../outcome-groups.ts";
import { recorded, sampleCalls } from "../sample-calls.ts";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import {
  countSessions,
  findSession,
  listSessionCalls,
  listSessions,
  sessionSorts,
  type SessionFilter,
} from "./sessions.ts";

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
    denials: rows.filter(({ outcome }) => outcome === "denied").length,
    errors: rows.filter(({ outcome }) => errorOutcomes.includes(outcome)).length,
    retries: rows.filter(({ retryKind }) => retryingKinds.includes(retryKind)).length,
    unknown_effects: rows.filter(({ effect }) => effect === "unknown").length,
  },
}));

const filters: [SessionFilter, (session: Counted) => boolean][] = [
  [{}, () => true],
  [{ onlyWith: "denials" }, ({ count }) => (count.denials ?? 0) > 0],
  [{ onlyWith: "unknown_effects" }, ({ count }) => (count.unknown_effects ?? 0) > 0],
  [{ principal: "ci" }, (session) => session.calls.some(({ principal }) => principal === "ci")],
  [{ server: "tickets" }, (session) => session.calls.some(({ serverName }) => serverName === "tickets")],
  [{ search: "SESSION-1" }, ({ sessionId }) => sessionId.startsWith("session-1")],
  [{ search: "50%_" }, (session) => session.calls.some(({ tool }) => tool === "50%_off")],
  [
    { client: "vscode", onlyWith: "errors" },
    (session) => clientOf(session) === "vscode" && (session.count.errors ?? 0) > 0,
  ],
];

const clientOf = (session: Counted): string | undefined =>
  session.calls
    .map(({ clientName }) => clientName ?? "")
    .toSorted()
    .at(-1);

describe.each(filters)("with the filter %j", (filter, matches) => {
  test.each(sessionSorts)("sorted by %s, pages hold each session once, most first", async (sort) => {
    const scope = { project, from: now - 31 * HOUR_MS, to: now, ...filter };
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

test("a session's calls come oldest first, page by page", async () => {
  const [session] = sessions;
  const sessionId = session?.sessionId ?? "";
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listSessionCalls(ledger, { project, sessionId, limit: 4, cursor });
    ids.push(...page.rows.map(({ id }) => id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  expect(ids).toEqual(session?.calls.map(({ id }) => id).toSorted());
});

test("a session that is not there has no calls", async () => {
  expect(await findSession(ledger, { project, sessionId: "none\0" })).toBeUndefined();
  expect(await listSessionCalls(ledger, { project: "other", sessionId: "session-1", limit: 4 })).toEqual({
    rows: [],
    nextCursor: null,
  });
});
