import { afterAll, beforeAll, expect, test } from "vitest";
import type { Call } from "./deliver.ts";
import { openGround, type Ground } from "./ground.ts";
import type { ServerProcess } from "./server-process.ts";

let ground: Ground;
/** Servers behind one address, as it were: each call of Ann's may come to either. */
let one: ServerProcess;
let two: ServerProcess;
let bens: ServerProcess;
beforeAll(async () => {
  ground = await openGround();
  const options = { waitMs: 30_000, claimBudgetMs: 30_000 };
  [one, two, bens] = await Promise.all([
    ground.startHttp("ann", options),
    ground.startHttp("ann", options),
    ground.startHttp("ben", options),
  ]);
});
afterAll(() => ground.close());

const callOf = (order: string): Call => ({ tool: "pay", args: { order }, toolUseId: `toolu_${order}` });

test("over HTTP, 200 concurrent deliveries of one call to two servers execute once, and all get that answer", async () => {
  const call: Call = { ...callOf("one"), args: { order: "one", ms: 200 } };
  const deliveries = await Promise.all(
    Array.from({ length: 200 }, (_, index) => ground.deliver(index % 2 === 0 ? one : two, call)),
  );
  expect(ground.executions("one")).toHaveLength(1);
  expect(deliveries.filter(({ answer }) => answer?.isError !== false)).toEqual([]);
  expect(deliveries.filter(({ answer }) => answer?.replayed === false)).toHaveLength(1);
});

test("what another one who is known by another token asks is an operation of its own, though its id is the same", async () => {
  const call = callOf("shared");
  expect((await ground.deliver(one, call)).answer).toMatchObject({ isError: false, replayed: false });
  expect((await ground.deliver(bens, call)).answer).toMatchObject({ isError: false, replayed: false });
  expect((await ground.deliver(two, call)).answer).toMatchObject({ isError: false, replayed: true });
  expect(ground.executions("shared")).toHaveLength(2);
});

test("a server that is killed after its effect leaves an operation that no other server repeats, and that stops nobody else", async () => {
  const mortal = await ground.startHttp("ann", { dieAt: "after_effect", claimBudgetMs: 30_000 });
  const hasty = await ground.startHttp("ann", { waitMs: 0, claimBudgetMs: 30_000 });
  const call: Call = { ...callOf("lost"), sessionId: "lost" };
  expect((await ground.deliver(mortal, call)).answer).toBeUndefined();
  await mortal.gone;
  expect((await ground.deliver(hasty, call)).answer?.told.code).toBe("duplicate_in_flight");
  await ground.expireLeases("lost");
  expect((await ground.deliver(two, call)).answer?.told).toMatchObject({ retry: "verify", effect: "unknown" });
  expect((await ground.deliver(two, { ...call, toolUseId: "toolu_again" })).answer?.told.code).toBe("held");
  expect(ground.executions("lost")).toHaveLength(1);
  expect((await ground.deliver(bens, call)).answer).toMatchObject({ isError: false, replayed: false });
});

test("every delivery is exactly one row", async () => {
  expect(await ground.faults()).toEqual([]);
});
