import type { CallRecord, ClaimRequest } from "@tachograph/record";
import { sampleCall } from "@tachograph/record/testing";
import { sql } from "kysely";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLedger, type Ledger } from "../connection.ts";
import { findCall } from "../queries/calls.ts";
import { findPayload } from "../queries/payloads.ts";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import { again, retryable, sampleClaim, settlementOf } from "./testing/sample-operations.ts";
import { sweepOperations } from "./sweep-operations.ts";

let database: TestDatabase;
let ledger: Ledger;
beforeEach(async () => {
  database = await createTestDatabase();
  ledger = openLedger({ url: database.url, claimBudgetMs: 10_000 });
});
afterEach(async () => {
  await ledger.close();
  await database.drop();
});

const sweep = async () => sweepOperations(ledger, { rowGraceMs: 0 });
const rowOf = async ({ project, id }: CallRecord) => findCall(ledger, { project, id });
const outbox = async ({ operationId }: ClaimRequest): Promise<object> => {
  const { call, ...columns } = await ledger.db
    .selectFrom("operations")
    .select(["call", "earlierCalls", "callFault", "guard", "state"])
    .where("id", "=", operationId)
    .executeTakeFirstOrThrow();
  return { ...columns, call: JSON.parse(call ?? "null") as unknown };
};

test("a process that died in at_most_once leaves an unknown operation and an indeterminate row", async () => {
  const call = { ...sampleClaim().call, clientName: "nul \0 and half a pair \ud83d" };
  const request = sampleClaim({ leaseMs: 0, guard: "twin", call });
  await ledger.claim(request);
  expect(await sweep()).toMatchObject({ lapsed: 1, freed: 0, recorded: 1, rejected: [], removed: 0, more: false });
  expect(await rowOf(request.call)).toMatchObject({
    outcome: "indeterminate",
    effect: "unknown",
    retryClass: "verify",
    reason: expect.stringContaining("lost its lease") as string,
    tool: "refund_order",
    seq: request.call.seq,
    clientName: "nul � and half a pair �",
  });
  expect(await outbox(request)).toMatchObject({ state: "unknown", call: null, guard: "twin" });
  expect(await sweep()).toMatchObject({ lapsed: 0, recorded: 0 });
});

test.each(["idempotent", "atomic"] as const)(
  "a process that died in %s is no longer in the way of twins; its delivery gets its row, its operation a new owner",
  async (mode) => {
    const request = sampleClaim({ mode, leaseMs: 0, guard: "twin" });
    await ledger.claim(request);
    expect(await sweep()).toMatchObject({ lapsed: 0, freed: 1, recorded: 1 });
    expect(await rowOf(request.call)).toMatchObject({ outcome: "indeterminate", effect: "unknown" });
    expect(await outbox(request)).toMatchObject({ state: "in_flight", call: null, earlierCalls: null, guard: null });
    expect(await sweep()).toMatchObject({ freed: 0, recorded: 0 });
    expect((await ledger.claim(sampleClaim({ guard: "twin" }))).decision).toBe("execute");
    expect(await ledger.claim(again(request, { guard: null }))).toMatchObject({
      decision: "execute",
      operation: { attempt: 2 },
    });
  },
);

test("a lease that was renewed meanwhile is left alone", async () => {
  const request = sampleClaim();
  await ledger.claim(request);
  expect(await sweep()).toMatchObject({ lapsed: 0, freed: 0, recorded: 0 });
  expect(await outbox(request)).toMatchObject({ state: "in_flight", call: { id: request.call.id } });
});

test("the row that the journal brought stays as it is, payload and all", async () => {
  const request = sampleClaim();
  await ledger.claim(request);
  const settlement = settlementOf(request);
  await ledger.settle(settlement);
  const payload = { arguments: '{"amount":5}', result: '{"ok":true}' };
  await ledger.record({ calls: [{ call: settlement.call, payload }], definitions: [] });
  expect(await sweep()).toMatchObject({ recorded: 0 });
  expect(await outbox(request)).toMatchObject({ call: null });
  expect(await findPayload(ledger, { project: "default", callId: request.call.id })).toEqual(payload);
});

test("a row that never came is written as it was answered, once the journal had its time", async () => {
  const request = sampleClaim();
  await ledger.claim(request);
  await ledger.settle(settlementOf(request));
  expect(await sweepOperations(ledger)).toMatchObject({ recorded: 0 });
  expect(await rowOf(request.call)).toBeUndefined();
  expect(await sweep()).toMatchObject({ recorded: 1 });
  expect(await rowOf(request.call)).toMatchObject({ outcome: "ok", effect: "applied", operationId: null });
});

test("the deliveries of earlier attempts get their rows too", async () => {
  const first = sampleClaim();
  await ledger.claim(first);
  await ledger.settle(retryable(first));
  const second = again(first, { leaseMs: 0, mode: "idempotent" });
  await ledger.claim(second);
  const third = again(second, { leaseMs: 30_000 });
  await ledger.claim(third);
  expect(await outbox(first)).toMatchObject({
    call: { id: third.call.id },
    earlierCalls: [
      { id: first.call.id, outcome: "tool_error" },
      { id: second.call.id, outcome: "indeterminate" },
    ],
  });
  expect(await sweepOperations(ledger)).toMatchObject({ recorded: 0 });
  expect(await sweep()).toMatchObject({ recorded: 2 });
  expect(await rowOf(first.call)).toMatchObject({ outcome: "tool_error", effect: "none" });
  expect(await rowOf(second.call)).toMatchObject({ outcome: "indeterminate", effect: "unknown" });
  expect(await rowOf(third.call)).toBeUndefined();
  expect(await outbox(first)).toMatchObject({ state: "in_flight", call: { id: third.call.id }, earlierCalls: null });
});

test("the delivery that became unknown keeps its row when its repeat is confirmed", async () => {
  const first = sampleClaim();
  await ledger.claim(first);
  const answered = { ...first.call, outcome: "timeout" as const, effect: "unknown" as const };
  await ledger.settle(settlementOf(first, { state: "unknown", effect: "unknown", call: answered }));
  const repeat = again(first);
  await ledger.confirmRepeat({ ...repeat, attempt: 1, expiresAt: Date.now() + 600_000 });
  expect(await sweep()).toMatchObject({ recorded: 1 });
  expect(await rowOf(first.call)).toMatchObject({ outcome: "timeout" });
});

test("a row that the trail refuses is told, kept with its operation, and in nobody's way", async () => {
  const bad = sampleClaim();
  await ledger.claim(bad);
  const call = { ...bad.call, outcome: "never_heard_of" as CallRecord["outcome"] };
  await ledger.settle(settlementOf(bad, { call, retentionMs: 0 }));
  const good = sampleClaim();
  await ledger.claim(good);
  await ledger.settle(settlementOf(good));
  const report = await sweep();
  expect(report).toMatchObject({
    recorded: 1,
    rejected: [{ id: call.id, reason: expect.stringMatching(/outcome/) as string }],
  });
  expect((await sweep()).rejected).toEqual([]);
});

test("settled operations go with their results once their time is over, and not before their rows are stored", async () => {
  const settle = async (
    retentionMs: number,
    state: "completed" | "failed_terminal" | "failed_retryable" = "completed",
  ) => {
    const request = sampleClaim();
    await ledger.claim(request);
    await ledger.settle({
      ...settlementOf(request, { state, retentionMs }),
      result: "{}",
      keptResult: "stored",
      call: { ...request.call, outcome: "ok", effect: "applied" },
    });
    return request;
  };
  const over = [await settle(0), await settle(0, "failed_terminal"), await settle(0, "failed_retryable")];
  const kept = await settle(60_000);
  expect(await sweepOperations(ledger), "their rows may be on the way").toMatchObject({ removed: 0 });
  expect(await sweep()).toMatchObject({ recorded: 4, removed: 3 });
  for (const { project, operationId } of over) expect(await ledger.find(project, operationId)).toBeUndefined();
  expect(await ledger.claim(again(kept))).toMatchObject({ decision: "replay", operation: { result: "{}" } });
  const { rows } = await sql`select id from operation_results`.execute(ledger.db);
  expect(rows).toEqual([{ id: kept.operationId }]);
});

test("two workers at once do everything once", async () => {
  const claims = Array.from({ length: 1_200 }, (_, index) =>
    sampleClaim({ leaseMs: 0, mode: index % 3 === 0 ? "idempotent" : "at_most_once", guard: `guard ${index}` }),
  );
  for (let from = 0; from < claims.length; from += 50) {
    await Promise.all(claims.slice(from, from + 50).map((claim) => ledger.claim(claim)));
  }
  const other = openLedger({ url: database.url, claimBudgetMs: 10_000 });
  const reports = await Promise.all([
    sweepOperations(ledger, { rowGraceMs: 0 }),
    sweepOperations(other, { rowGraceMs: 0 }),
    sweepOperations(other, { rowGraceMs: 0 }),
  ]);
  await other.close();
  const total = (field: "lapsed" | "freed" | "recorded"): number =>
    reports.reduce((sum, report) => sum + report[field], 0);
  expect(total("lapsed")).toBe(800);
  expect(total("freed")).toBe(400);
  await sweep();
  const { rows } = await sql<{ rows: number; sessions: number }>`
    select (select count(*) from tool_calls) as rows, (select sum(calls)::bigint from sessions) as sessions`.execute(
    ledger.db,
  );
  expect(rows).toEqual([{ rows: 1_200, sessions: 1_200 }]);
});

test("one time does as much as it may, and says that there is more", async () => {
  const claims = Array.from({ length: 5 }, () => sampleClaim({ leaseMs: 0 }));
  for (const claim of claims) await ledger.claim(claim);
  expect(await sweepOperations(ledger, { limit: 3, rowGraceMs: 0 })).toMatchObject({
    lapsed: 3,
    recorded: 3,
    more: true,
  });
  expect(await sweepOperations(ledger, { limit: 3, rowGraceMs: 0 })).toMatchObject({
    lapsed: 2,
    recorded: 2,
    more: false,
  });
});

test("the row of a settled operation names it", async () => {
  const call = sampleCall({ operationId: "ab", mutability: "mutating" });
  const request = sampleClaim({ operationId: "ab", call });
  await ledger.claim(request);
  await ledger.settle(settlementOf(request));
  await sweep();
  expect(await rowOf(call)).toMatchObject({ operationId: "ab" });
});
