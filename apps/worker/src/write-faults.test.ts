import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { migrate, openLedger, type Ledger } from "@tachograph/ledger";
import { startEmbeddedPostgres, type EmbeddedPostgres } from "@tachograph/ledger/embedded";
import {
  administer,
  createTestDatabase,
  startProxy,
  type CuttableProxy,
  type TestDatabase,
} from "@tachograph/ledger/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { countCalls, countTrail, onceEach, TestGate } from "./testing-trail.ts";
import { startWorker, type Worker } from "./worker.ts";

let directory: string;
const children: ChildProcess[] = [];
const workers: Worker[] = [];
const gates: TestGate[] = [];
const ledgers: Ledger[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tachograph-faults-"));
  // Where Postgres runs as a user of its own, that one must get to its data.
  chmodSync(directory, 0o711);
});
afterEach(async () => {
  for (const child of children.splice(0)) await kill(child);
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  for (const gate of gates.splice(0)) gate.close();
  await Promise.all(ledgers.splice(0).map((ledger) => ledger.close()));
  rmSync(directory, { recursive: true, force: true });
});

const journalDirectory = (): string => join(directory, "journal");
function openGate(): TestGate {
  const gate = new TestGate(journalDirectory());
  gates.push(gate);
  return gate;
}
function openWitness(url: string): Ledger {
  const ledger = openLedger({ url, applicationName: "witness" });
  ledgers.push(ledger);
  return ledger;
}
/** In this process. */
function start(databaseUrl: string): Worker {
  const worker = startWorker({ databaseUrl, journalDirectory: journalDirectory(), log: () => undefined });
  workers.push(worker);
  return worker;
}
/** A process that can be killed. */
function startProcess(databaseUrl: string): ChildProcess {
  const child = spawn(process.execPath, [join(import.meta.dirname, "main.ts")], {
    env: {
      PATH: process.env["PATH"] ?? "",
      TACHOGRAPH_DATA_DIR: directory,
      TACHOGRAPH_DATABASE_URL: databaseUrl,
    },
    stdio: "ignore",
  });
  children.push(child);
  return child;
}
async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}
/** Where a Postgres keeps its data. */
async function dataOf(url: string): Promise<string> {
  let folder = "";
  await administer(url, async (sql) => {
    folder = String((await sql`show data_directory`)[0]?.["data_directory"]);
  });
  return folder;
}
const stored = (ledger: Ledger, calls: number): Promise<void> =>
  expect.poll(() => countTrail(ledger), { timeout: 30_000, interval: 200 }).toEqual(onceEach(calls));

describe("on a Postgres that stays", () => {
  let database: TestDatabase;
  let witness: Ledger;
  beforeEach(async () => {
    database = await createTestDatabase();
    witness = openWitness(database.url);
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.stop()));
    await witness.close();
    ledgers.length = 0;
    await database.drop();
  });

  test("kill -9 of the worker in the middle of batches, again and again, costs no row and doubles none", async () => {
    const gate = openGate();
    gate.write(12_000);
    for (let kills = 0; kills < 4; kills++) {
      const before = await countCalls(witness);
      const child = startProcess(database.url);
      const deadline = Date.now() + 10_000;
      // Kills it at a moment of no particular kind, once it stores.
      while ((await countCalls(witness)) === before && Date.now() < deadline) await sleep(1);
      await sleep(Math.random() * 60);
      await kill(child);
      gate.write(2_000);
    }
    startProcess(database.url);
    await stored(witness, 20_000);
  });

  test("a row that Postgres will never take, in the middle of 5,000, is set aside with its reason, and the others are stored", async () => {
    const gate = openGate();
    gate.write(2_500);
    const [poison] = gate.write(1, { outcome: "unheard of" as never });
    gate.write(2_499);
    start(database.url);
    await stored(witness, 4_999);
    const rejected = readFileSync(join(journalDirectory(), "rejected.jsonl"), "utf8").trim().split("\n");
    expect(rejected.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { reason: "outcome_known: value not in the closed set (23514)", call: { id: poison?.id } },
    ]);
  });

  describe("by a way that can be cut", () => {
    let proxy: CuttableProxy;
    beforeEach(async () => {
      proxy = await startProxy(database.url);
    });
    afterEach(async () => {
      await Promise.all(workers.splice(0).map((worker) => worker.stop()));
      await proxy.close();
    });

    test("connections cut in the middle of COPY cost an attempt each", async () => {
      const gate = openGate();
      start(proxy.url);
      let calls = 0;
      for (const bytes of [30_000, 400_000, 900_000]) {
        proxy.cutAfter(bytes);
        calls += 3_000;
        gate.write(3_000);
        await stored(witness, calls);
      }
    });

    test("a database that is out of reach for a while gets everything when it is back, in the order of writing", async () => {
      const gate = openGate();
      start(proxy.url);
      gate.write(100);
      await stored(witness, 100);
      proxy.sever();
      for (let round = 0; round < 10; round++) {
        gate.write(300);
        await sleep(100);
      }
      expect(await countCalls(witness)).toBe(100);
      proxy.mend();
      await stored(witness, 3_100);
    });
  });
});

describe("a Postgres of its own", () => {
  let postgres: EmbeddedPostgres;
  let home: string;
  let witness: Ledger;
  const startPostgres = (port?: number): Promise<EmbeddedPostgres> =>
    startEmbeddedPostgres({ directory: home, ...(port !== undefined && { port }), settings: { fsync: "off" } });
  beforeEach(async () => {
    home = join(directory, "postgres");
    postgres = await startPostgres();
    await migrate({ url: postgres.url });
    witness = openWitness(postgres.url);
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.stop()));
    await postgres.stop();
  });

  test.each([
    ["kill -9", "SIGKILL"],
    ["an immediate shutdown", "SIGQUIT"],
  ] as const)("that suffers %s under load and starts again has every row once", async (_, signal) => {
    const gate = openGate();
    start(postgres.url);
    gate.write(8_000);
    const [pid] = readFileSync(join(await dataOf(postgres.url), "postmaster.pid"), "utf8").split("\n");
    const deadline = Date.now() + 10_000;
    while ((await countCalls(witness)) === 0 && Date.now() < deadline) await sleep(5);
    process.kill(Number(pid), signal);
    await postgres.exited;
    gate.write(1_000);
    postgres = await startPostgres(Number(new URL(postgres.url).port));
    gate.write(1_000);
    witness = openWitness(postgres.url);
    await stored(witness, 10_000);
  });
});

const mountable =
  process.getuid?.() === 0 &&
  (() => {
    const probe = mkdtempSync(join(tmpdir(), "tmpfs-"));
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=16k", "tmpfs", probe]).status === 0;
    if (mounted) spawnSync("umount", [probe]);
    rmSync(probe, { recursive: true, force: true });
    return mounted;
  })();

describe.runIf(mountable)("a database whose disk is full", () => {
  test("gets the rows when there is room again", async () => {
    const home = join(directory, "postgres");
    const postgres = await startEmbeddedPostgres({ directory: home, settings: { fsync: "off" } });
    const small = mkdtempSync(join(tmpdir(), "tablespace-"));
    spawnSync("mount", ["-t", "tmpfs", "-o", "size=24m", "tmpfs", small]);
    try {
      const { uid, gid } = statSync(await dataOf(postgres.url));
      chownSync(small, uid, gid);
      chmodSync(small, 0o700);
      await migrate({ url: postgres.url });
      const witness = openWitness(postgres.url);
      await inSmallTablespace(postgres.url, small);
      writeFileSync(join(small, "ballast"), Buffer.alloc(20 * 1024 * 1024));
      const gate = openGate();
      gate.write(6_000);
      const logged: unknown[] = [];
      workers.push(
        startWorker({
          databaseUrl: postgres.url,
          journalDirectory: journalDirectory(),
          log: (_level, _message, { error } = {}) => logged.push((error as { code?: unknown } | undefined)?.code),
        }),
      );
      await expect.poll(() => logged, { timeout: 20_000 }).toContain("disk_full");
      rmSync(join(small, "ballast"));
      await stored(witness, 6_000);
    } finally {
      await Promise.all(workers.splice(0).map((worker) => worker.stop()));
      await Promise.all(ledgers.splice(0).map((ledger) => ledger.close()));
      await postgres.stop();
      spawnSync("umount", ["-l", small]);
      rmSync(small, { recursive: true, force: true });
    }
  });
});

/** New tables of the database, and so the days of calls, stand in a folder of little room. */
async function inSmallTablespace(url: string, folder: string): Promise<void> {
  await administer(url, async (sql) => {
    await sql.unsafe(`create tablespace small location '${folder}'`);
    await sql.unsafe("alter database tachograph set default_tablespace = small");
  });
}
