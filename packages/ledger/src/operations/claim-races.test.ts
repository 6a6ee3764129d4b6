import type { ClaimRequest } from "@tachograph/record";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLedger, type Ledger } from "../connection.ts";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import { again, retryable, sampleClaim, sampleResult, settlementOf } from "./testing/sample-operations.ts";
import { startOwner, type Owner } from "./testing/owners.ts";

const PROCESSES = 4;

let database: TestDatabase;
let ledger: Ledger;
let owners: Owner[];
beforeAll(async () => {
  database = await createTestDatabase();
  ledger = openLedger({ url: database.url, claimBudgetMs: 15_000 });
  await sql`create table executions (operation text)`.execute(ledger.db);
  owners = Array.from({ length: PROCESSES }, () => startOwner(database.url));
});
afterAll(async () => {
  await Promise.all(owners.map((owner) => owner.kill()));
  await ledger.close();
  await database.drop();
});

/** Deals them out to the processes, which all begin at once. */
async function tellAll(
  command: (requests: ClaimRequest[]) => Parameters<Owner["tell"]>[0],
  requests: ClaimRequest[],
): Promise<unknown[]> {
  const answers = await Promise.all(
    owners.map((owner, index) => owner.tell(command(requests.filter((_, at) => at % PROCESSES === index)))),
  );
  return answers.flat();
}

test.each([null, "twins"])(
  "1,000 concurrent deliveries of one key from 4 processes execute once and get the same result (guard: %s)",
  async (guard) => {
    const first = sampleClaim({ guard });
    const deliveries = Array.from({ length: 1_000 }, () => again(first));
    const results = await tellAll((deliver) => ({ deliver }), deliveries);
    expect(results).toEqual(Array.from({ length: 1_000 }, () => sampleResult));
    const { rows } =
      await sql`select count(*) as executions from executions where operation = ${first.operationId}`.execute(
        ledger.db,
      );
    expect(rows).toEqual([{ executions: 1 }]);
    const operation = await ledger.find(first.project, first.operationId);
    expect(operation).toMatchObject({ state: "completed", attempt: 1 });
    expect(operation?.deliveries).toBeGreaterThanOrEqual(1_000);
  },
  60_000,
);

test("of 100 concurrent twins with ids of their own 1 executes and 99 are held, round after round", async () => {
  for (let round = 0; round < 8; round++) {
    const guard = `round ${round}`;
    const twins = Array.from({ length: 100 }, () => sampleClaim({ guard }));
    const decisions = await tellAll((claimOnce) => ({ claimOnce }), twins);
    expect(decisions.filter((decision) => decision === "execute")).toHaveLength(1);
    expect(decisions.filter((decision) => decision === "held")).toHaveLength(99);
    const { rows } = await sql`select state from operations where guard = ${guard}`.execute(ledger.db);
    expect(rows).toEqual([{ state: "in_flight" }]);
  }
});

test.each(["due again", "left by its owner"])(
  "of 40 concurrent deliveries of what is %s 1 executes, round after round",
  async (what) => {
    for (let round = 0; round < 8; round++) {
      const left = what === "left by its owner";
      const first = sampleClaim(left ? { mode: "idempotent", leaseMs: 0 } : {});
      await ledger.claim(first);
      if (!left) await ledger.settle(retryable(first));
      const deliveries = Array.from({ length: 40 }, () => again(first, { leaseMs: 30_000 }));
      const decisions = await tellAll((claimOnce) => ({ claimOnce }), deliveries);
      expect(decisions.filter((decision) => decision === "execute")).toHaveLength(1);
      expect(decisions.filter((decision) => decision === "in_flight")).toHaveLength(39);
      expect(await ledger.find(first.project, first.operationId)).toMatchObject({ attempt: 2, deliveries: 41 });
    }
  },
  60_000,
);

test("a twin is held with the operation that is in its way, until that one settles", async () => {
  const first = sampleClaim({ guard: "in the way" });
  await ledger.claim(first);
  const twin = again(first, { operationId: sampleClaim().operationId });
  expect(await ledger.claim(twin)).toMatchObject({
    decision: "held",
    operation: { operationId: first.operationId, state: "in_flight", deliveries: 1, result: null },
  });
  expect(await ledger.find(twin.project, twin.operationId), "nothing is left of it").toBeUndefined();
  await ledger.settle(settlementOf(first, { state: "unknown", effect: "unknown" }));
  expect(await ledger.claim(twin)).toMatchObject({ decision: "held", operation: { state: "unknown" } });
  await ledger.settle(settlementOf(first));
  expect((await ledger.claim(twin)).decision).toBe("execute");
});

test("guards are a project's own, and calls without one are never held", async () => {
  const first = sampleClaim({ guard: "one" });
  await ledger.claim(first);
  for (const fields of [{ guard: null }, { guard: "two" }, { guard: "one", project: "another" }]) {
    expect((await ledger.claim(sampleClaim(fields))).decision).toBe("execute");
  }
});

test("a twin whose owner is gone is unknown, or out of the way where it may be taken over", async () => {
  await ledger.claim(sampleClaim({ guard: "gone", leaseMs: 0 }));
  expect(await ledger.claim(sampleClaim({ guard: "gone" }))).toMatchObject({
    decision: "held",
    operation: { state: "unknown", effect: "unknown" },
  });
  const idle = sampleClaim({ guard: "idle", leaseMs: 0, mode: "idempotent" });
  await ledger.claim(idle);
  const twin = sampleClaim({ guard: "idle" });
  expect((await ledger.claim(twin)).decision).toBe("execute");
  expect(await ledger.claim(again(idle)), "now it is the other one's twin").toMatchObject({
    decision: "held",
    operation: { operationId: twin.operationId },
  });
});

test("a failure that is due again is held while a twin runs", async () => {
  const failed = sampleClaim({ guard: "failed" });
  await ledger.claim(failed);
  await ledger.settle(retryable(failed));
  const twin = sampleClaim({ guard: "failed" });
  expect((await ledger.claim(twin)).decision).toBe("execute");
  expect(await ledger.claim(again(failed))).toMatchObject({
    decision: "held",
    operation: { operationId: twin.operationId },
  });
  expect(await ledger.find(failed.project, failed.operationId)).toMatchObject({
    state: "failed_retryable",
    attempt: 1,
  });
});

test("settling while others claim gives each of them the result, however the two meet", async () => {
  for (let round = 0; round < 30; round++) {
    const first = sampleClaim();
    await ledger.claim(first);
    const claims = Array.from({ length: 4 }, () => ledger.claim(again(first)));
    const [settled, ...answers] = await Promise.all([ledger.settle(settlementOf(first)), ...claims]);
    expect(settled).toBe("settled");
    for (const { decision, operation } of answers) {
      expect(["in_flight", "replay"]).toContain(decision);
      expect(operation.result).toBe(decision === "replay" ? sampleResult : null);
    }
  }
});
