import { sampleCall } from "@tachograph/record/testing";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { sql } from "kysely";
import { Migrator } from "kysely/migration";
import { afterEach, beforeEach, expect, test } from "vitest";
import { callFields, snakeCase } from "./call-columns.ts";
import { openLedger, type Ledger } from "./connection.ts";
import { migrate } from "./migrate.ts";
import { migrations } from "./migrations/index.ts";
import { findOperation, listOperations } from "./operations/list-operations.ts";
import { reconcileOperation } from "./operations/reconcile-operation.ts";
import { again, sampleClaim, sampleResult, settlementOf } from "./operations/testing/sample-operations.ts";
import { sweepOperations } from "./operations/sweep-operations.ts";
import { findCall, listCalls } from "./queries/calls.ts";
import { recorded } from "./sample-calls.ts";
import { administer, createTestDatabase, databaseUrl, SERVER_VARIABLE } from "./testing.ts";

const server = process.env[SERVER_VARIABLE] ?? "";
const name = `tachograph_test_${randomUUID().slice(0, 8)}`;
const url = databaseUrl(server, name);

let ledger: Ledger;
beforeEach(async () => {
  await administer(server, async (admin) => void (await admin`create database ${admin(name)} template template0`));
  ledger = openLedger({ url, claimBudgetMs: 10_000 });
});
afterEach(async () => {
  await ledger.close();
  await administer(server, async (admin) => void (await admin`drop database ${admin(name)} with (force)`));
});

test("an empty database is brought up to date once, however many start at the same time", async () => {
  await expect(ledger.check()).rejects.toMatchObject({ code: "not_migrated", hint: "Run `npm run migrate`." });
  const applied = await Promise.all([migrate({ url }), migrate({ url }), migrate({ url })]);
  expect(applied.flat()).toEqual(Object.keys(migrations));
  expect(await migrate({ url })).toEqual([]);
  await ledger.check();
});

test("a database that lacks the newest migration, or has a newer one, is said to", async () => {
  await migrate({ url });
  await sql`insert into kysely_migration (name, timestamp) values ('9999-future', '2999-01-01T00:00:00.000Z')`.execute(
    ledger.db,
  );
  await expect(migrate({ url })).rejects.toMatchObject({ code: "newer_schema" });
  await sql`delete from kysely_migration where name >= '0002'`.execute(ledger.db);
  await expect(ledger.check()).rejects.toMatchObject({ code: "not_migrated" });
  await expect(migrate({ url })).rejects.toMatchObject({ code: "migration_failed" });
});

test.each(["0004-login", "0006-kept-results"])(
  "a database of the release of %s keeps its rows and projects",
  async (last) => {
    const names = Object.keys(migrations);
    const newer = names.slice(names.indexOf(last) + 1);
    const previous = Object.fromEntries(Object.entries(migrations).filter(([name]) => !newer.includes(name)));
    await new Migrator({ db: ledger.db, provider: { getMigrations: async () => previous } }).migrateToLatest();
    await sql`
    insert into tool_calls (project, id, session_source, seq, instance_id, server_name, transport, mutability,
      mutability_source, outcome, effect, phase, retry_class, retry_kind, attempt, started_at, duration_us, redactions,
      truncated)
    values ('default', '01932c07-1111-7000-8000-000000000001', 'none', 1, '01932c07-1111-7000-8000-000000000002', 'orders',
      'stdio', 'read', 'default', 'ok', 'none', 'answered', 'none', 'first', 1, now(), 5, 0, false)`.execute(ledger.db);
    expect(await migrate({ url })).toEqual(newer);
    expect(await findCall(ledger, { project: "default", id: "01932c07-1111-7000-8000-000000000001" })).toMatchObject({
      outcome: "ok",
      wouldDeny: null,
    });
    expect(await ledger.checkFingerprintKey("default", "first")).toBe(true);
    expect((await ledger.claim(sampleClaim())).decision).toBe("execute");
  },
);

test("the table of calls has a column for each field and no other", async () => {
  await migrate({ url });
  const { rows } = await sql<{ name: string }>`
    select column_name as name from information_schema.columns where table_name = 'tool_calls'`.execute(ledger.db);
  expect(rows.map((row) => row.name).toSorted()).toEqual([...callFields.map(snakeCase), "recorded_at"].toSorted());
});

test.each<[string, Partial<URL>]>([
  ["unreachable", { port: "1" }],
  ["refused_login", { password: "wrong" }],
  ["no_such_database", { pathname: "/no_such_database" }],
])("a database that is %s is named without its password", async (code, change) => {
  const address = Object.assign(new URL(url), change);
  const failure: unknown = await migrate({ url: address.toString() }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: "LedgerError", code });
  expect(String(failure)).toContain(address.hostname);
  expect(String(failure)).not.toContain(new URL(server).password || "\0");
});

test("with infra/roles.sql the writer can record, the reader can read, and neither can do the other's work", async () => {
  await using database = await createTestDatabase();
  const owner = openLedger({ url: database.url, maxConnections: 1 });
  const rolesSql = readFileSync(new URL("../../../infra/roles.sql", import.meta.url), "utf8");
  await administer(database.url, async (admin) => void (await admin.unsafe(rolesSql).simple()));

  const login = `tachograph_test_${randomUUID().slice(0, 8)}`;
  const as = async (role: string, work: (user: Ledger) => Promise<void>): Promise<void> => {
    await administer(database.url, async (admin) => {
      await admin.unsafe(`create role ${login} login password 'pw' in role ${role}`);
    });
    const address = new URL(database.url);
    address.username = login;
    address.password = "pw";
    const user = openLedger({ url: address.toString(), claimBudgetMs: 10_000 });
    try {
      await work(user);
    } finally {
      await user.close();
      await administer(database.url, async (admin) => void (await admin.unsafe(`drop role ${login}`)));
    }
  };

  const scope = { project: "default", from: Date.now() - 60_000, to: Date.now() + 60_000, limit: 10 };
  const refused = { code: "42501" };
  const found = { attempt: 1, result: null, retentionMs: 60_000, by: "ann", reason: "seen in the bank" };
  const batch = { calls: [recorded(sampleCall()), recorded(sampleCall())], definitions: [] };
  const operation = sampleClaim({ leaseMs: 0 });
  const settled = sampleClaim();
  await as("tachograph_writer", async (writer) => {
    await writer.check();
    for (const claim of [operation, settled]) expect((await writer.claim(claim)).decision).toBe("execute");
    expect(await writer.heartbeat([settled], 30_000)).toHaveLength(1);
    expect(await writer.settle(settlementOf(settled))).toBe("settled");
    const atomic = sampleClaim({ mode: "atomic" });
    await writer.claim(atomic);
    const settlement = settlementOf(atomic);
    expect(await writer.runAtomic(atomic, { run: async () => ({ value: 1, settlement }) })).toBe(1);
    expect((await writer.claim(again(settled))).operation.result).toBe(sampleResult);
    expect(await writer.checkFingerprintKey("default", "check")).toBe(true);
    expect(await sweepOperations(writer, { rowGraceMs: 0 })).toMatchObject({ lapsed: 1, recorded: 3 });
    expect(await writer.resolve({ ...operation, ...found, found: "applied" })).toBe(true);
    await sql`update operations set state = 'unknown', expires_at = null where id = ${operation.operationId}`.execute(
      owner.db,
    );
    expect(await writer.record(batch)).toMatchObject({ inserted: 2 });
    expect(await writer.record(batch)).toMatchObject({ known: 2 });
    await expect(listCalls(writer, scope)).rejects.toMatchObject(refused);
    await expect(sql`select result from payloads`.execute(writer.db)).rejects.toMatchObject(refused);
    await expect(sql`delete from tool_calls`.execute(writer.db)).rejects.toMatchObject(refused);
  });
  await as("tachograph_reader", async (reader) => {
    await reader.check();
    expect((await listCalls(reader, scope)).rows).toHaveLength(5);
    expect((await listOperations(reader, { project: "default", limit: 10 })).rows).toHaveLength(1);
    expect(await findOperation(reader, settled)).toMatchObject({ state: "completed" });
    expect(await reconcileOperation(reader, { ...operation, ...found, found: "applied" })).toBe(true);
    await expect(reader.claim(sampleClaim())).rejects.toMatchObject(refused);
    await expect(sql`select result from operation_results`.execute(reader.db)).rejects.toMatchObject(refused);
    await expect(sql`delete from operations`.execute(reader.db)).rejects.toMatchObject(refused);
    await expect(reader.record({ calls: [recorded(sampleCall())], definitions: [] })).rejects.toMatchObject(refused);
  });
  await as("tachograph_eraser", async (eraser) => {
    await sql`delete from payloads where call_id = ${batch.calls[0]?.call.id}`.execute(eraser.db);
    await expect(sql`delete from tool_calls`.execute(eraser.db)).rejects.toMatchObject(refused);
  });
  expect(await owner.db.selectFrom("payloads").select("callId").execute()).toEqual([
    { callId: batch.calls[1]?.call.id },
  ]);
  await owner.close();
});
