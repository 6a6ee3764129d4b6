import type { ClaimRequest, OperationSnapshot, OperationState } from "@tachograph/record";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { openLedger, type Ledger } from "../connection.ts";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import {
  again,
  newOperationId,
  retryable,
  sampleClaim,
  sampleResult,
  settlementOf,
} from "./testing/sample-operations.ts";
import { sweepOperations } from "./sweep-operations.ts";

let database: TestDatabase;
let ledger: Ledger;
beforeAll(async () => {
  database = await createTestDatabase();
  ledger = openLedger({ url: database.url, claimBudgetMs: 10_000 });
});
afterAll(async () => {
  await ledger.close();
  await database.drop();
});

afterEach(() => void vi.useRealTimers());

const decide = async (request: ClaimRequest): Promise<string> => (await ledger.claim(request)).decision;
const find = async ({ project, operationId }: ClaimRequest): Promise<OperationSnapshot | undefined> =>
  ledger.find(project, operationId);

/** Lets time pass for one operation. */
async function age({ operationId }: ClaimRequest, ms: number): Promise<void> {
  const by = sql`${ms}::float8 * interval '1 millisecond'`;
  await sql`
    update operations set lease_expires_at = lease_expires_at - ${by}, claimed_at = claimed_at - ${by},
      settled_at = settled_at - ${by}, retry_at = retry_at - ${by}, expires_at = expires_at - ${by}
    where id = ${operationId}`.execute(ledger.db);
}

test("the first delivery executes; others wait for it, and are then answered with its result", async () => {
  const first = sampleClaim();
  const { decision, operation } = await ledger.claim(first);
  expect(decision).toBe("execute");
  expect(operation).toMatchObject({
    state: "in_flight",
    attempt: 1,
    deliveries: 1,
    effect: "unknown",
    tool: "refund_order",
    callId: first.call.id,
    settledAt: null,
    result: null,
  });
  expect(operation.leaseExpiresAt - operation.claimedAt).toBe(first.leaseMs);

  expect(await decide(again(first))).toBe("in_flight");
  expect(await ledger.settle(settlementOf(first))).toBe("settled");
  const replay = await ledger.claim(again(first));
  expect(replay).toMatchObject({
    decision: "replay",
    operation: { state: "completed", effect: "applied", attempt: 1, deliveries: 3, callId: first.call.id },
  });
  expect(replay.operation.result).toBe(sampleResult);
  expect(replay.operation.keptResult).toBe("stored");
});

test("the claim is on record before anything is executed, and the answer when it settles", async () => {
  const request = sampleClaim({ call: { ...sampleClaim().call, tool: "nul \0 and half a pair \ud83d" } });
  await ledger.claim(request);
  const row = async (): Promise<object> => {
    const { call, ...columns } = await ledger.db
      .selectFrom("operations")
      .select(["call", "tool", "sessionId", "principal"])
      .where("id", "=", request.operationId)
      .executeTakeFirstOrThrow();
    return { ...columns, call: JSON.parse(call ?? "null") as unknown };
  };
  expect(await row()).toMatchObject({
    tool: "nul � and half a pair �",
    principal: "ann@example.com",
    call: { id: request.call.id, outcome: "indeterminate", startedAt: request.call.startedAt },
  });
  await ledger.settle(settlementOf(request));
  expect(await row()).toMatchObject({ call: { id: request.call.id, outcome: "ok" } });
});

test("a claim repeated by its owner says the same again and counts once", async () => {
  const request = sampleClaim({ guard: "twins" });
  expect(await decide(request)).toBe("execute");
  expect(await decide(request)).toBe("execute");
  expect(await find(request)).toMatchObject({ attempt: 1, deliveries: 1 });
  await ledger.settle(retryable(request));
  expect(await decide(request)).toBe("retry_later");
  expect(await decide(again(request))).toBe("execute");
});

test("the same key with other arguments is a conflict that changes nothing and discloses no result", async () => {
  const request = sampleClaim();
  await ledger.claim(request);
  await ledger.settle(settlementOf(request));
  const other = await ledger.claim(again(request, { fingerprint: "cd".repeat(32) }));
  expect(other).toMatchObject({ decision: "conflict", operation: { state: "completed", deliveries: 2, result: null } });

  const running = sampleClaim({ leaseMs: 0 });
  await ledger.claim(running);
  expect(await decide(again(running, { fingerprint: "cd".repeat(32) }))).toBe("conflict");
  expect(await find(running)).toMatchObject({ state: "in_flight", attempt: 1 });
});

test("operations of other principals, tools and projects are other operations, since their ids or projects differ", async () => {
  const request = sampleClaim();
  const others = [
    again(request, { operationId: newOperationId() }),
    again(request, { project: "another" }),
    again(request, { operationId: newOperationId(), project: "another" }),
  ];
  for (const claim of [request, ...others]) expect(await decide(claim)).toBe("execute");
  await ledger.settle(settlementOf(request));
  for (const other of others) expect(await decide(again(other))).toBe("in_flight");
});

test("an operation whose lease ended while its handler ran is unknown, settles late, and is replayed from then on", async () => {
  const request = sampleClaim({ leaseMs: 0 });
  await ledger.claim(request);
  expect(await decide(again(request))).toBe("unknown");
  expect(await find(request)).toMatchObject({ state: "unknown", effect: "unknown", attempt: 1 });
  expect(await ledger.settle(settlementOf(request))).toBe("late");
  expect(await ledger.settle(settlementOf(request)), "repeated, its answer was lost").toBe("late");
  const replay = await ledger.claim(again(request));
  expect(replay).toMatchObject({ decision: "replay", operation: { result: sampleResult, attempt: 1 } });
});

test.each(["idempotent", "atomic"] as const)(
  "an %s operation is taken over once its lease ended; what its old owner says then is refused, good or bad",
  async (mode) => {
    const stale = sampleClaim({ mode, leaseMs: 0 });
    await ledger.claim(stale);
    const winner = again(stale, { leaseMs: 30_000 });
    const { decision, operation } = await ledger.claim(winner);
    expect(decision).toBe("execute");
    expect(operation).toMatchObject({ attempt: 2, deliveries: 2, callId: winner.call.id });

    expect(await ledger.settle(settlementOf(stale))).toBe("lost");
    expect(await ledger.settle(retryable(stale))).toBe("lost");
    expect(await ledger.heartbeat([stale, winner], 30_000)).toEqual([winner.operationId]);
    expect(await find(stale)).toMatchObject({ state: "in_flight", callId: winner.call.id });
    expect(await ledger.settle(settlementOf(winner))).toBe("settled");
    expect(await ledger.settle(settlementOf(stale))).toBe("lost");
  },
);

test("an operation is not taken over where either side says that it must not run twice", async () => {
  for (const [before, after] of [
    ["idempotent", "at_most_once"],
    ["at_most_once", "idempotent"],
  ] as const) {
    const request = sampleClaim({ mode: before, leaseMs: 0 });
    await ledger.claim(request);
    expect(await decide(again(request, { mode: after }))).toBe("unknown");
  }
});

test("heartbeats hold operations far beyond their leases, and only for their owners", async () => {
  const owned = [sampleClaim({ leaseMs: 400 }), sampleClaim({ leaseMs: 400, mode: "idempotent" })];
  const idle = sampleClaim({ leaseMs: 400 });
  for (const claim of [...owned, idle]) await ledger.claim(claim);
  const ids = owned.map(({ operationId }) => operationId).toSorted();
  for (let beats = 0; beats < 3; beats++) {
    for (const claim of [...owned, idle]) await age(claim, 390);
    expect((await ledger.heartbeat(owned, 400)).toSorted()).toEqual(ids);
  }
  for (const claim of owned) expect(await decide(again(claim))).toBe("in_flight");
  expect(await decide(again(idle))).toBe("unknown");
  expect(await ledger.heartbeat([idle, { ...owned[0]!, ownerToken: idle.ownerToken }], 400)).toEqual([]);
  expect(await ledger.heartbeat([], 400)).toEqual([]);
});

test("a failure that may be tried again waits until it is due, and then executes as the next attempt", async () => {
  const request = sampleClaim();
  await ledger.claim(request);
  await ledger.settle({ ...retryable(request, 60_000), result: '{"isError":true}', keptResult: "stored" });
  const early = await ledger.claim(again(request));
  expect(early).toMatchObject({ decision: "retry_later", operation: { effect: "none", result: '{"isError":true}' } });
  const { retryAt, readAt, settledAt } = early.operation;
  expect(retryAt! - settledAt!).toBe(60_000);
  expect(retryAt! - readAt).toBeLessThanOrEqual(60_000);

  await age(request, 60_000);
  const due = await ledger.claim(again(request));
  expect(due).toMatchObject({ decision: "execute", operation: { attempt: 2, retryAt: null, result: null } });
});

test("an operation that asked for input gives its attempt back and may go on at once", async () => {
  const request = sampleClaim();
  await ledger.claim(request);
  await ledger.settle({ ...retryable(request, 60_000), released: true });
  expect(await find(request)).toMatchObject({ state: "failed_retryable", attempt: 0 });
  expect(await ledger.claim(again(request))).toMatchObject({ decision: "execute", operation: { attempt: 1 } });
});

test("a terminal failure is replayed", async () => {
  const request = sampleClaim();
  await ledger.claim(request);
  await ledger.settle(
    settlementOf(request, { state: "failed_terminal", effect: "none", result: "{}", keptResult: "stored" }),
  );
  expect(await ledger.claim(again(request))).toMatchObject({
    decision: "replay",
    operation: { state: "failed_terminal", result: "{}" },
  });
});

test("a result of 64 KiB is kept exactly; one more byte is not kept, and said to be too large", async () => {
  const result = JSON.stringify("é".repeat(32 * 1024 - 1));
  expect(Buffer.byteLength(result)).toBe(64 * 1024);
  for (const [answer, kept] of [
    [result, "stored"],
    [`${result} `, "too_large"],
  ] as const) {
    const request = sampleClaim();
    await ledger.claim(request);
    await ledger.settle(settlementOf(request, { result: answer }));
    const { operation } = await ledger.claim(again(request));
    expect(operation.keptResult).toBe(kept);
    expect(operation.result === answer).toBe(kept === "stored");
  }
  const silent = sampleClaim();
  await ledger.claim(silent);
  await ledger.settle(settlementOf(silent, { result: null, keptResult: "not_kept" }));
  expect((await ledger.claim(again(silent))).operation).toMatchObject({ keptResult: "not_kept", result: null });
});

test("one project has one key for fingerprints: the first", async () => {
  expect(await ledger.checkFingerprintKey("fresh", "one")).toBe(true);
  expect(await ledger.checkFingerprintKey("fresh", "one")).toBe(true);
  expect(await ledger.checkFingerprintKey("fresh", "two")).toBe(false);
  expect(await ledger.checkFingerprintKey("default", "two"), "a project from before").toBe(true);
  expect(await ledger.checkFingerprintKey("default", "one")).toBe(false);
});

test("no instant is the client's: with its clock ten minutes off, leases, retries and tokens end as they should", async () => {
  const trueNow = Date.now();
  for (const offMs of [-600_000, 600_000]) {
    vi.useFakeTimers({ toFake: ["Date"], now: trueNow + offMs });
    const request = sampleClaim();
    const { operation } = await ledger.claim(request);
    expect(Math.abs(operation.claimedAt - trueNow)).toBeLessThan(300_000);
    expect(await decide(again(request))).toBe("in_flight");
    expect(await ledger.heartbeat([request], 30_000)).toHaveLength(1);
    await age(request, 30_000);
    expect(await decide(again(request))).toBe("unknown");
    const { readAt } = (await find(request))!;
    const repeat = { ...again(request), attempt: 1 };
    expect(await ledger.confirmRepeat({ ...repeat, expiresAt: readAt - 1 })).toBeUndefined();
    expect(await ledger.confirmRepeat({ ...repeat, expiresAt: readAt + 60_000 })).toMatchObject({ attempt: 2 });
    await ledger.settle(retryable(repeat, 60_000));
    expect(await decide(again(request))).toBe("retry_later");
    await age(request, 60_000);
    expect(await decide(again(request))).toBe("execute");
    vi.useRealTimers();
  }
});

test("what is unknown stays so past every time to live: never executed, never removed", async () => {
  const lapsed = sampleClaim({ leaseMs: 0 });
  const stopped = sampleClaim();
  const idle = sampleClaim({ mode: "idempotent", leaseMs: 0 });
  for (const claim of [lapsed, stopped, idle]) await ledger.claim(claim);
  await ledger.settle(settlementOf(stopped, { state: "unknown", effect: "unknown", retentionMs: 0 }));
  for (let rounds = 0; rounds < 3; rounds++) {
    for (const claim of [lapsed, stopped, idle]) await age(claim, 365 * 86_400_000);
    await sweepOperations(ledger, { rowGraceMs: 0 });
    for (const claim of [lapsed, stopped]) {
      expect(await decide(again(claim))).toBe("unknown");
      expect(await find(claim)).toMatchObject({ state: "unknown", attempt: 1 });
    }
    expect(await find(idle)).toMatchObject({ state: "in_flight", attempt: 1 });
  }
});

test.each<[OperationState, "applied" | "not_applied", string]>([
  ["completed", "applied", "replay"],
  ["failed_retryable", "not_applied", "execute"],
])("what was found out makes it %s", async (state, found, next) => {
  const request = sampleClaim({ leaseMs: 0 });
  await ledger.claim(request);
  const resolution = {
    ...request,
    attempt: 1,
    found,
    result: '{"found":1}',
    retentionMs: 1_000,
    by: "hook",
    reason: "seen",
  };
  expect(await ledger.resolve(resolution), "still in flight").toBe(false);
  await ledger.claim(again(request));
  expect(await ledger.resolve({ ...resolution, attempt: 2 }), "of another attempt").toBe(false);
  expect(await ledger.resolve(resolution)).toBe(true);
  expect(await ledger.resolve(resolution), "known by now").toBe(false);
  expect(await find(request)).toMatchObject({ state, effect: found === "applied" ? "applied" : "none" });
  expect(await ledger.settle(settlementOf(request)), "its late owner does not overrule it").toBe("lost");
  const after = await ledger.claim(again(request));
  expect(after.decision).toBe(next);
  expect(after.operation.result).toBe(found === "applied" ? '{"found":1}' : null);
});
