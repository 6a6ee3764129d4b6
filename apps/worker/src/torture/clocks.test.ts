import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openGround, type Ground } from "./ground.ts";
import type { Call } from "./deliver.ts";
import type { ServerProcess } from "./server-process.ts";
import { patient } from "./server-settings.ts";

const TEN_MINUTES_MS = 600_000;

let ground: Ground;
let ahead: ServerProcess;
let behind: ServerProcess;
beforeAll(async () => {
  ground = await openGround();
  [ahead, behind] = await Promise.all([
    ground.start({ ...patient, clockShiftMs: TEN_MINUTES_MS }),
    ground.start({ ...patient, clockShiftMs: -TEN_MINUTES_MS }),
  ]);
});
afterAll(() => ground.close());

const begun = async (order: string): Promise<void> =>
  expect.poll(() => ground.executions(order).length, { timeout: 20_000 }).toBe(1);

/** Whose clock says what of the two does not matter. */
const eachWay = (): [string, ServerProcess, ServerProcess][] => [
  ["ahead-behind", ahead, behind],
  ["behind-ahead", behind, ahead],
];

test("servers whose clocks are ten minutes off, either way, take no running operation for given up", async () => {
  for (const [order, one, two] of eachWay()) {
    for (const tool of ["pay", "pay_idempotent"] as const) {
      const name = `${tool}-${order}`;
      const until = join(ground.place.data, name);
      const call: Call = { tool, args: { order: name, until }, toolUseId: `toolu_${name}`, sessionId: name };
      const delivering = ground.deliver(one, call);
      await begun(name);
      expect((await ground.deliver(two, call)).answer?.told.code).toBe("duplicate_in_flight");
      expect((await ground.deliver(two, { ...call, toolUseId: `${call.toolUseId}_b` })).answer?.told.code).toBe("held");
      await ground.sweep();
      writeFileSync(`${until}.1`, "");
      expect((await delivering).answer?.isError).toBe(false);
      expect((await ground.deliver(two, call)).answer).toMatchObject({ isError: false, replayed: true });
      expect(ground.executions(name)).toHaveLength(1);
    }
  }
});

test("nor do they wait for a retry that is due, or repeat one that is not", async () => {
  for (const [order, one, two] of eachWay()) {
    const name = `retry-${order}`;
    const call: Call = {
      tool: "pay",
      args: { order: name, fails: "retryable" },
      toolUseId: `toolu_${name}`,
      sessionId: name,
    };
    expect((await ground.deliver(one, call)).answer?.told.retry).toBe("retryable");
    await postpone(name, 60_000);
    expect((await ground.deliver(two, call)).answer?.told).toMatchObject({ retry: "retryable", effect: "none" });
    expect(ground.executions(name)).toHaveLength(1);
    await postpone(name, -1_000);
    expect((await ground.deliver(two, call)).answer?.text).toContain("attempt 2");
    expect(ground.executions(name)).toHaveLength(2);
  }
});

/** When it may be tried again, from now. */
async function postpone(sessionId: string, ms: number): Promise<void> {
  await ground.ledger.db
    .updateTable("operations")
    .set({ retryAt: new Date(Date.now() + ms) })
    .where("sessionId", "=", sessionId)
    .execute();
}

test("a token for a repeat that one gave is good for the other, once", async () => {
  for (const [order, one, two] of eachWay()) {
    const name = `confirm-${order}`;
    const until = join(ground.place.data, name);
    const call: Call = { tool: "pay", args: { order: name, until }, toolUseId: `toolu_${name}`, sessionId: name };
    const delivering = ground.deliver(one, call);
    await begun(name);
    await ground.expireLeases(name);
    const told = (await ground.deliver(one, call)).answer?.told;
    expect(told?.confirm_repeat).toBeDefined();
    writeFileSync(`${until}.2`, "");
    const repeat: Call = { ...call, toolUseId: `toolu_${name}_b`, confirmRepeat: String(told?.confirm_repeat) };
    expect((await ground.deliver(two, repeat)).answer?.text).toContain("attempt 2");
    writeFileSync(`${until}.1`, "");
    await delivering;
    expect(ground.executions(name)).toHaveLength(2);
    // Spent: it is answered as any other duplicate.
    const spent = (await ground.deliver(two, { ...repeat, toolUseId: call.toolUseId })).answer;
    expect(spent).toMatchObject({ replayed: true });
    expect(ground.executions(name)).toHaveLength(2);
  }
});

test("and every delivery is one row, wherever in time its server believed to be", async () => {
  expect(await ground.faults()).toEqual([]);
});
