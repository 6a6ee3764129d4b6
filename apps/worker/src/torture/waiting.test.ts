import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startProxy, type CuttableProxy } from "@tachograph/ledger/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openGround, type Ground } from "./ground.ts";
import type { Call } from "./deliver.ts";
import { patient } from "./server-settings.ts";
import type { ServerProcess } from "./server-process.ts";

const soon = { timeout: 20_000 };

let ground: Ground;
let proxy: CuttableProxy;
let owner: ServerProcess;
let other: ServerProcess;
beforeAll(async () => {
  ground = await openGround();
  proxy = await startProxy(ground.place.databaseUrl);
  [owner, other] = await Promise.all([
    ground.start(patient),
    ground.start({ ...patient, databaseUrl: proxy.url, waitMs: 60_000 }),
  ]);
});
afterAll(async () => {
  await ground.close();
  await proxy.close();
});

test("a duplicate that waits for another process outlives a database that is away for a moment", async () => {
  const until = join(ground.place.data, "waits");
  const call: Call = { tool: "pay", args: { order: "waits", until }, toolUseId: "toolu_waits", sessionId: "waits" };
  const delivering = ground.deliver(owner, call);
  await expect.poll(() => ground.executions("waits").length, soon).toBe(1);
  const duplicate = ground.deliver(other, call);
  await expect.poll(countDeliveries, soon).toBe(2);

  proxy.sever();
  await sleep(2_000);
  proxy.mend();
  writeFileSync(`${until}.1`, "");
  const first = await delivering;
  expect((await duplicate).answer).toMatchObject({ isError: false, replayed: true });
  expect((await duplicate).answer?.text).toContain(first.answer?.text);
  expect(ground.executions("waits")).toHaveLength(1);
  expect(await ground.faults()).toEqual([]);
});

/** How often the operation was asked for. */
async function countDeliveries(): Promise<number | undefined> {
  const asked = ground.ledger.db.selectFrom("operations").select("deliveries").where("sessionId", "=", "waits");
  return (await asked.executeTakeFirst())?.deliveries;
}
