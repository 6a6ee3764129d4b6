import { newId, type CallRecord, type RecordedCall } from "@tachograph/record";
import { sampleCall } from "@tachograph/record/testing";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openLedger, type Ledger } from "../connection.ts";
import { idAt, recorded, sampleCalls, seededRandom } from "../sample-calls.ts";
import { administer, createTestDatabase, type TestDatabase } from "../testing.ts";

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
/** Batches of fewer rows than this go by the statement that takes any row. */
const FEW_ROWS = 8;
const hostileTexts = [
  "",
  "\0",
  "a\0b",
  "half \ud83d of a pair",
  "\udc00",
  "😀 and é and ﬀ",
  "tab\tquote'\"back\\slash\n",
  "$$ $1 ::text '' E'",
  "\\u0000",
  "x".repeat(63) + "é",
  "x".repeat(65),
  "é".repeat(5_000),
];

/** Calls in which every kind of field takes values from the edges. */
function hostileCalls(seed: number, count: number): CallRecord[] {
  const random = seededRandom(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const text = (): string => pick(hostileTexts);
  const maybe = <Value>(value: Value): Value | null => (random() < 0.3 ? null : value);
  const number = (): number => pick([0, 1, 255, 256, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 43, 12_345_678]);
  const now = Date.now();
  return sampleCalls({ seed, count, from: now - 30 * HOUR_MS, to: now }).map((call) => ({
    ...call,
    sessionId: pick([...hostileTexts.slice(0, 6), null, "plain"]),
    serverName: text(),
    tool: maybe(text()),
    principal: maybe(random() < 0.5 ? text() : `user ${Math.floor(random() * 100)}`),
    clientName: maybe(pick(["\uffee", "\u{1f600}", "plain", "Zebra"])),
    clientVersion: maybe(text()),
    scopes: maybe(pick([[], ["a"], ["a", 'b"c', "{d,e}", "", "\0", "é"]])),
    wouldDeny: maybe(pick([[], ["rule"], hostileTexts])),
    issues: maybe([{ path: text(), code: text() }]),
    rpcId: maybe(text()),
    reason: maybe(text()),
    errorMessage: maybe(text()),
    retryOf: maybe(newId()),
    originalCallId: maybe(newId()),
    retryAfterMs: maybe(number()),
    startedAt: pick([0, 1, 946_684_799_999, 946_684_800_000, now, now - 1, 4_102_444_800_000]),
    durationUs: number(),
    executeUs: maybe(number()),
    argumentsBytes: maybe(number()),
    redactions: pick([0, 1, 2 ** 31 - 1]),
    truncated: random() < 0.5,
  }));
}

const hostilePayload = (random: () => number): RecordedCall["payload"] => {
  const text = (): string | null => (random() < 0.2 ? null : (hostileTexts[Math.floor(random() * 12)] ?? null));
  return random() < 0.2 ? null : { arguments: text(), result: text() };
};

async function send(calls: readonly RecordedCall[], project: string, batchSize: number): Promise<number> {
  let inserted = 0;
  for (let from = 0; from < calls.length; from += batchSize) {
    const part = calls.slice(from, from + batchSize);
    const report = await ledger.record({
      calls: part.map(({ call, payload }) => ({ call: { ...call, project }, payload })),
      definitions: [],
    });
    expect(report.rejected).toEqual([]);
    inserted += report.inserted;
  }
  return inserted;
}

/** Everything that is stored of a project, without what tells the project and the moment. */
async function contents(project: string): Promise<Record<string, unknown[]>> {
  const found: Record<string, unknown[]> = {};
  for (const table of ["tool_calls", "payloads", "sessions", "call_stats", "call_days", "call_minutes"]) {
    const { rows } = await sql<{ row: unknown }>`
      select to_jsonb(t) - 'project' - 'recorded_at' as row from ${sql.table(table)} t
      where project = ${project} order by 1`.execute(ledger.db);
    found[table] = rows.map(({ row }) => row);
  }
  return found;
}

async function countTransactions(project: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(distinct xmin::text)::int as n from tool_calls where project = ${project}`.execute(ledger.db);
  return rows[0]?.n ?? 0;
}

describe("rows that go by COPY", () => {
  test.each([1, 2, 3])(
    "are the same, with the same rollups, as by the statement that takes any row (%i)",
    async (seed) => {
      const random = seededRandom(seed);
      const calls = hostileCalls(seed, 300).map((call) => ({ call, payload: hostilePayload(random) }));
      const [copied, exact] = [`copied ${seed}`, `exact ${seed}`];
      expect(await send(calls, copied, 100)).toBe(300);
      expect(await send(calls, exact, FEW_ROWS - 1)).toBe(300);
      expect([await countTransactions(copied), await countTransactions(exact)]).toEqual([3, Math.ceil(300 / 7)]);
      expect(await contents(copied)).toEqual(await contents(exact));
    },
  );

  test("go with rows beside them that only Postgres can judge", async () => {
    const calls = sampleCalls({ seed: 9, count: 40, from: Date.now() - HOUR_MS, to: Date.now() });
    const odd = [{ startedAt: 1.5 }, { durationUs: 2 ** 50 }, { argumentsBytes: "17" as never }];
    const report = await ledger.record({
      calls: calls.map((call, index) => recorded({ ...call, project: "odd", ...odd[index - 10] })),
      definitions: [],
    });
    expect(report).toEqual({ inserted: 40, known: 0, rejected: [] });
    const { call_stats: stats } = await contents("odd");
    expect((stats as { duration_us_sum: number }[]).reduce((sum, row) => sum + row.duration_us_sum, 0)).toBe(
      calls.reduce((sum, { durationUs }, index) => sum + (odd[index - 10]?.durationUs ?? durationUs), 0),
    );
  });

  test("are counted once where one of them was there already", async () => {
    const calls = sampleCalls({ seed: 10, count: 2_000, from: Date.now() - HOUR_MS, to: Date.now() }).map((call) =>
      recorded({ ...call, project: "again" }),
    );
    await ledger.record({ calls: calls.slice(1_234, 1_235), definitions: [] });
    expect(await ledger.record({ calls, definitions: [] })).toEqual({ inserted: 1_999, known: 1, rejected: [] });
    expect(await ledger.record({ calls, definitions: [] })).toEqual({ inserted: 0, known: 2_000, rejected: [] });
    const fresh = sampleCalls({ seed: 11, count: 500, from: Date.now() - HOUR_MS, to: Date.now() }).map((call) =>
      recorded({ ...call, project: "after" }),
    );
    expect(await ledger.record({ calls: fresh, definitions: [] })).toMatchObject({ inserted: 500 });
    const { call_stats: stats } = await contents("again");
    expect((stats as { calls: number }[]).reduce((sum, row) => sum + row.calls, 0)).toBe(2_000);
  });

  test("all arrive but for one among 5,000 that Postgres will never take", async () => {
    const calls = Array.from({ length: 5_000 }, (_, index) =>
      recorded(sampleCall({ project: "poisoned", sessionId: `s${index % 100}`, seq: index + 1 })),
    );
    const poison = calls[2_345] as RecordedCall;
    poison.call = { ...poison.call, effect: "unheard of" as never };
    expect(await ledger.record({ calls, definitions: [] })).toEqual({
      inserted: 4_999,
      known: 0,
      rejected: [{ id: poison.call.id, reason: "effect_known: value not in the closed set (23514)" }],
    });
    const { tool_calls: rows, payloads, sessions } = await contents("poisoned");
    expect([rows?.length, payloads?.length]).toEqual([4_999, 4_999]);
    expect((sessions as { calls: number }[]).reduce((sum, row) => sum + row.calls, 0)).toBe(4_999);
  });

  test("of a clock that is far off go where there is no partition for them", async () => {
    const far = Array.from({ length: 20 }, (_, index) => sampleCall({ project: "far", id: idAt(index * HOUR_MS) }));
    expect(await ledger.record({ calls: far.map(recorded), definitions: [] })).toMatchObject({ inserted: 20 });
  });
});

test("writers of the same rows in both ways at once neither lock each other out nor count twice", async () => {
  const calls = sampleCalls({ seed: 12, count: 1_200, from: Date.now() - 30 * HOUR_MS, to: Date.now() }).map((call) =>
    recorded({ ...call, project: "crowd" }),
  );
  const others = [openLedger({ url: database.url }), openLedger({ url: database.url })];
  const sizes = [400, 7, 100];
  const reports = await Promise.all(
    [ledger, ...others].flatMap((own, writer) => {
      const size = sizes[writer] ?? 1;
      const batches = Array.from({ length: Math.ceil(calls.length / size) }, (_, at) =>
        calls.slice(at * size, (at + 1) * size),
      );
      return batches.map((batch) => own.record({ calls: batch.toReversed(), definitions: [] }));
    }),
  );
  await Promise.all(others.map((other) => other.close()));
  expect(reports.reduce((sum, { inserted }) => sum + inserted, 0)).toBe(1_200);
  expect(reports.reduce((sum, { known }) => sum + known, 0)).toBe(2_400);
  const {
    tool_calls: rows,
    call_stats: stats,
    call_days: days,
    call_minutes: minutes,
    sessions,
  } = await contents("crowd");
  const sum = (of: unknown[] | undefined): number =>
    (of as { calls: number }[]).reduce((all, { calls }) => all + calls, 0);
  expect([rows?.length, sum(stats), sum(days), sum(minutes)]).toEqual([1_200, 1_200, 1_200, 1_200]);
  expect(sum(sessions)).toBe(calls.filter(({ call }) => call.sessionId !== null).length);
  // Sessions that ended have told of their deadlocks.
  const { rows: told } = await sql<{ deadlocks: number }>`
    select deadlocks::int from pg_stat_database where datname = current_database()`.execute(ledger.db);
  expect(told[0]?.deadlocks).toBe(0);
});

test("a user with no more rights than a writer's may store rows in both ways", async () => {
  const user = `writer_${newId().slice(-12)}`;
  const url = new URL(database.url);
  await sql`create role ${sql.id(user)} login password 'secret'`.execute(ledger.db);
  await sql`grant insert on tool_calls, payloads, tool_definitions, projects to ${sql.id(user)}`.execute(ledger.db);
  await sql`grant select on tool_calls, payloads, tool_definitions, projects to ${sql.id(user)}`.execute(ledger.db);
  await sql`grant update (first_seen_at) on tool_definitions to ${sql.id(user)}`.execute(ledger.db);
  await sql`grant select, insert, update on sessions, call_stats, call_days, call_minutes to ${sql.id(user)}`.execute(
    ledger.db,
  );
  [url.username, url.password] = [user, "secret"];
  const own = openLedger({ url: url.toString() });
  try {
    const calls = Array.from({ length: 30 }, () => recorded(sampleCall({ project: "by writer" })));
    expect(await own.record({ calls: calls.slice(0, 20), definitions: [] })).toMatchObject({ inserted: 20 });
    expect(await own.record({ calls, definitions: [] })).toMatchObject({ inserted: 10, known: 20 });
  } finally {
    await own.close();
    await sql`drop owned by ${sql.id(user)}`.execute(ledger.db);
    await administer(database.url, async (admin) => {
      await admin`drop role ${admin(user)}`;
    });
  }
});
