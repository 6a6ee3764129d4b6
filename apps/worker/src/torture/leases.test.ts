import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { sweepOperations } from "@tachograph/ledger";
import type { OperationSnapshot } from "@tachograph/record";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { countEffects } from "./effects.ts";
import { linesOf } from "./executions.ts";
import { openGround, type Ground } from "./ground.ts";
import type { Call } from "./deliver.ts";
import type { ServerProcess } from "./server-process.ts";
import { patient } from "./server-settings.ts";
import { findRow } from "./trail.ts";

const soon = { timeout: 20_000 };

let ground: Ground;
let owner: ServerProcess;
let other: ServerProcess;
beforeAll(async () => {
  ground = await openGround();
  [owner, other] = await Promise.all([ground.start(patient), ground.start(patient)]);
});
afterEach(() => owner.resume());
afterAll(() => ground.close());

/** A call whose handler works until its attempt is told to finish. */
function longCall(tool: Call["tool"], order: string, more: Partial<Call["args"]> = {}) {
  const until = join(ground.place.data, order);
  const call: Call = { tool, args: { order, until, ...more }, toolUseId: `toolu_${order}`, sessionId: order };
  return { call, finish: (attempt: 1 | 2) => writeFileSync(`${until}.${attempt}`, "") };
}
const twinOf = (call: Call): Call => ({ ...call, toolUseId: `${call.toolUseId}_again` });

const begun = async (order: string, times = 1): Promise<void> =>
  expect.poll(() => ground.executions(order).length, soon).toBe(times);
const operationOf = async (order: string): Promise<OperationSnapshot | undefined> =>
  ground.ledger.find("default", String(ground.executions(order)[0]?.key));
const lossesReported = (): number =>
  linesOf(ground.place.diagnostics).filter((line) => line.includes('"ownership_lost"')).length;

describe.each([
  ["while it works", false],
  ["while its process is stopped", true],
])("an owner whose lease ends %s", (how, stopped) => {
  test("leaves its operation unknown; settling late, it is what duplicates are answered with", async () => {
    const order = `late-${stopped}`;
    const { call, finish } = longCall("pay", order);
    const delivering = ground.deliver(owner, call);
    await begun(order);
    if (stopped) owner.pause();
    await ground.expireLeases(order);

    expect((await ground.deliver(other, call)).answer?.told).toMatchObject({ retry: "verify", effect: "unknown" });
    expect((await ground.deliver(other, twinOf(call))).answer?.told).toMatchObject({ code: "held" });
    await sweepOperations(ground.ledger);
    expect(await operationOf(order)).toMatchObject({ state: "unknown" });

    finish(1);
    owner.resume();
    const first = await delivering;
    expect(first.answer).toMatchObject({ isError: false });
    expect(await operationOf(order)).toMatchObject({ state: "completed", effect: "applied" });
    const replay = await ground.deliver(other, call);
    expect(replay.answer).toMatchObject({ isError: false, replayed: true });
    expect(replay.answer?.text).toContain(first.answer?.text);
    expect(ground.executions(order)).toHaveLength(1);
  });

  describe.each([
    ["before", true],
    ["after", false],
  ])("and that ends %s the one that took over", (when, endsFirst) => {
    test.each([
      ["pay_idempotent", "succeeds", {}],
      ["pay_idempotent", "fails for good", { fails: "terminal" }],
      ["pay_idempotent", "fails for now", { fails: "retryable" }],
      ["pay_atomic", "succeeds", {}],
      ["pay_atomic", "fails for good", { fails: "terminal" }],
    ] as const)("overrules nothing where its %s %s, and its row says so", async (tool, ending, more) => {
      const order = `${tool}-${ending}-${when}-${how}`;
      const { call, finish } = longCall(tool, order, more);
      const losses = lossesReported();
      const delivering = ground.deliver(owner, call);
      await begun(order);
      if (stopped) owner.pause();
      await ground.expireLeases(order);
      const takingOver = ground.deliver(other, call);
      await begun(order, 2);

      if (!endsFirst) finish(2);
      if (!endsFirst) await takingOver;
      owner.resume();
      finish(1);
      const first = await delivering;
      expect(await operationOf(order)).toMatchObject({ state: endsFirst ? "in_flight" : "completed", attempt: 2 });
      finish(2);
      const second = await takingOver;

      expect(first.answer?.isError).toBe(tool === "pay_atomic" || "fails" in more);
      expect(lossesReported()).toBe(losses + 1);
      expect(second.answer?.text).toBe(`paid ${order} by ${other.pid}, attempt 2`);
      const replay = await ground.deliver(owner, call);
      expect(replay.answer).toMatchObject({ isError: false, replayed: true });
      expect(replay.answer?.text).toContain(second.answer?.text);
      expect(await operationOf(order)).toMatchObject({ state: "completed", attempt: 2 });
      const keys = ground.executions(order).map(({ key }) => key);
      expect(new Set(keys).size).toBe(1);
      if (tool === "pay_atomic") expect(await countEffects(ground.place.databaseUrl, order)).toBe(1);
      const reason = expect.stringContaining("another process took the operation over") as string;
      await expect.poll(() => findRow(ground.ledger, first), soon).toMatchObject({ reason });
      await expect.poll(() => findRow(ground.ledger, second), soon).toMatchObject({ outcome: "ok", reason: null });
    });
  });
});

test("every delivery is exactly one row", async () => {
  expect(await ground.faults()).toEqual([]);
});
