import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openGround, type Ground } from "./ground.ts";
import type { Call, Delivery } from "./deliver.ts";
import type { ServerProcess } from "./server-process.ts";

const PROCESSES = 4;
const ROUNDS = 5;

let ground: Ground;
let servers: ServerProcess[];
beforeAll(async () => {
  ground = await openGround();
  // Four servers begin cold with a thousand callers at once: how fast they are is not the question here.
  const options = { waitMs: 30_000, claimBudgetMs: 10_000 };
  servers = await Promise.all(Array.from({ length: PROCESSES }, () => ground.start(options)));
});
afterAll(() => ground.close());

/** All at once, dealt out to the processes. */
const deliverAll = (calls: Call[]): Promise<Delivery[]> =>
  Promise.all(calls.map((call, index) => ground.deliver(servers[index % PROCESSES] as ServerProcess, call)));

const paidIn = (text: string | undefined): string | undefined => /paid \S+ by \d+, attempt \d+/.exec(text ?? "")?.[0];

test("1,000 concurrent deliveries of one call to 4 servers execute once, and all of them get that answer", async () => {
  const call: Call = { tool: "pay", args: { order: "one", ms: 200 }, toolUseId: "toolu_one", sessionId: "one" };
  const deliveries = await deliverAll(Array.from({ length: 1_000 }, () => call));

  expect(ground.executions("one")).toHaveLength(1);
  const answers = deliveries.map(({ answer }) => answer);
  expect(answers.filter((answer) => answer?.replayed === false)).toHaveLength(1);
  expect(answers.filter((answer) => answer?.isError)).toEqual([]);
  expect(new Set(answers.map((answer) => paidIn(answer?.text))).size).toBe(1);
  const operations = await ground.ledger.db
    .selectFrom("operations")
    .select(["state", "attempt", "deliveries"])
    .where("sessionId", "=", "one")
    .execute();
  expect(operations).toMatchObject([{ state: "completed", attempt: 1 }]);
  expect(operations[0]?.deliveries).toBeGreaterThanOrEqual(1_000);
});

test(`of 100 concurrent calls with ids of their own and equal arguments 1 runs and 99 are held, ${ROUNDS} rounds of ${ROUNDS}`, async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const order = `twins-${round}`;
    const paid = join(ground.place.data, order);
    const twins = Array.from({ length: 100 }, (_, index): Call => ({
      tool: "pay",
      // The one that runs takes as long as the others need to be told.
      args: { order, until: paid },
      toolUseId: `toolu_${order}_${index}`,
      sessionId: order,
    }));
    let told = 0;
    const delivering = twins.map(async (twin, index) => {
      const delivery = await ground.deliver(servers[index % PROCESSES] as ServerProcess, twin);
      told++;
      return delivery;
    });
    await vi.waitUntil(() => told === 99, { timeout: 30_000 });
    writeFileSync(`${paid}.1`, "");
    const deliveries = await Promise.all(delivering);
    const codes = deliveries.map(({ answer }) => (answer?.isError ? answer.told.code : "ran"));
    expect(codes.filter((code) => code === "ran")).toHaveLength(1);
    expect(codes.filter((code) => code === "held")).toHaveLength(99);
    expect(ground.executions(order)).toHaveLength(1);
  }
});

test("every one of them is exactly one row", async () => {
  expect(await ground.faults()).toEqual([]);
});
