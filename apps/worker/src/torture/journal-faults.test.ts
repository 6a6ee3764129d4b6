import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openGround, type Ground } from "./ground.ts";
import type { Answer, Call } from "./deliver.ts";
import { patient } from "./server-settings.ts";
import type { ServerProcess } from "./server-process.ts";

const soon = { timeout: 20_000 };

let ground: Ground;
let server: ServerProcess;
let asked: number;
beforeEach(async () => {
  asked = 0;
  ground = await openGround({ ships: false });
});
afterEach(() => ground.close());

async function ask(tool: Call["tool"]): Promise<Answer | undefined> {
  const order = `order-${asked++}`;
  return (await ground.deliver(server, { tool, args: { order }, toolUseId: `toolu_${order}` })).answer;
}

/** Reads go on and changes are refused, until the journal takes records again; in the end all of them have rows. */
async function holds({ recover }: { recover: () => void }): Promise<void> {
  const before = ground.executions().length;
  for (let round = 0; round < 20; round++) {
    expect(await ask("find")).toMatchObject({ isError: false });
    expect((await ask("pay"))?.told).toMatchObject({ code: "audit_unavailable", effect: "none" });
    expect((await ask("pay_atomic"))?.told).toMatchObject({ code: "audit_unavailable", effect: "none" });
  }
  expect(ground.executions()).toHaveLength(before);
  recover();
  await expect.poll(() => ask("pay"), soon).toMatchObject({ isError: false });
  expect(await ground.faults()).toEqual([]);
  const outcomes = await ground.ledger.db.selectFrom("toolCalls").select("outcome").execute();
  expect(outcomes.filter(({ outcome }) => outcome === "audit_unavailable").length).toBeGreaterThanOrEqual(40);
}

test("where the journal's folder cannot be made, nothing is changed, reads go on, and no record is lost", async () => {
  writeFileSync(ground.place.journal, "in the way");
  server = await ground.start(patient);
  await holds({ recover: () => rmSync(ground.place.journal) });
});

const mount = (...options: string[]): boolean => spawnSync("mount", options, { stdio: "ignore" }).status === 0;
const unmount = (folder: string): void => void spawnSync("umount", ["-l", folder]);
const mountable =
  process.getuid?.() === 0 &&
  (() => {
    const probe = mkdtempSync(join(tmpdir(), "tmpfs-"));
    const mounted = mount("-t", "tmpfs", "-o", "size=16k", "tmpfs", probe);
    if (mounted) unmount(probe);
    rmSync(probe, { recursive: true, force: true });
    return mounted;
  })();

describe.runIf(mountable)("a disk", () => {
  beforeEach(() => {
    mkdirSync(ground.place.journal);
    mount("-t", "tmpfs", "-o", "size=2m", "tmpfs", ground.place.journal);
  });
  afterEach(() => unmount(ground.place.journal));

  test("that fills up under the journal: nothing is changed, reads go on, and no record is lost", async () => {
    server = await ground.start(patient);
    expect(await ask("pay")).toMatchObject({ isError: false });
    expect(await ask("find")).toMatchObject({ isError: false });
    const ballast = join(ground.place.journal, "ballast");
    expect(() => writeFileSync(ballast, Buffer.alloc(4 * 1024 * 1024))).toThrow(/ENOSPC/);
    // What is left of the last page.
    await expect.poll(async () => (await ask("pay"))?.told.code, soon).toBe("audit_unavailable");
    await holds({ recover: () => rmSync(ballast) });
  });

  test("that is read-only: nothing is changed, reads go on, and no record is lost", async () => {
    expect(mount("-o", "remount,ro", ground.place.journal)).toBe(true);
    server = await ground.start(patient);
    await holds({ recover: () => mount("-o", "remount,rw", ground.place.journal) });
  });
});
