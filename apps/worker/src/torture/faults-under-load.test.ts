import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { migrate } from "@tachograph/ledger";
import { startEmbeddedPostgres, type EmbeddedPostgres } from "@tachograph/ledger/embedded";
import { administer } from "@tachograph/ledger/testing";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { listEffects } from "./effects.ts";
import type { Execution } from "./executions.ts";
import { openGround, type Ground } from "./ground.ts";
import { startLoad, type Loaded } from "./load.ts";

/** TACHOGRAPH_OUTAGE_SECONDS=60 is the long way. */
const OUTAGE_MS = Number(process.env["TACHOGRAPH_OUTAGE_SECONDS"] ?? 4) * 1_000;
const CALM_MS = Math.min(OUTAGE_MS, 10_000);
/** Longer than a claim may take: what was sent before finds no database at all. */
const LAST_CLAIMS_MS = 1_500;

let directory: string;
let postgres: EmbeddedPostgres;
let ground: Ground;
let worker: ChildProcess;
let loaded: Loaded[];
let executions: Execution[];
let trailFaults: string[];

const startPostgres = (port?: number): Promise<EmbeddedPostgres> =>
  startEmbeddedPostgres({
    directory: join(directory, "postgres"),
    ...(port !== undefined && { port }),
    settings: { fsync: "off" },
  });

async function killPostgres(): Promise<void> {
  let data = "";
  await administer(postgres.url, async (sql) => {
    data = String((await sql`show data_directory`)[0]?.["data_directory"]);
  });
  const [pid] = readFileSync(join(data, "postmaster.pid"), "utf8").split("\n");
  process.kill(Number(pid), "SIGKILL");
  await postgres.exited;
}

function startWorker(): ChildProcess {
  return spawn(process.execPath, [join(import.meta.dirname, "..", "main.ts")], {
    env: {
      PATH: process.env["PATH"] ?? "",
      TACHOGRAPH_DATA_DIR: ground.place.data,
      TACHOGRAPH_DATABASE_URL: postgres.url,
      NODE_COMPILE_CACHE: ground.place.compiled,
    },
    stdio: "ignore",
  });
}

async function killWorker(): Promise<void> {
  const gone = once(worker, "exit");
  worker.kill("SIGKILL");
  await gone;
}

beforeAll(
  async () => {
    directory = mkdtempSync(join(tmpdir(), "tachograph-load-"));
    // Where Postgres runs as a user of its own, that one must get to its data.
    chmodSync(directory, 0o711);
    postgres = await startPostgres();
    await migrate({ url: postgres.url });
    ground = await openGround({ database: { url: postgres.url, drop: () => postgres.stop() }, ships: false });
    worker = startWorker();
    const [mortal, survivor, observer] = await Promise.all([
      ground.start(),
      ground.start(),
      ground.start({ observes: true }),
    ]);

    const load = startLoad(ground, [mortal, survivor], [observer]);
    await sleep(CALM_MS);

    load.phase = "a server is killed";
    await mortal.kill();
    load.replace(mortal, await ground.start());
    await sleep(500);

    load.phase = "the worker is killed";
    await killWorker();
    await sleep(500);
    worker = startWorker();
    await sleep(1_000);

    load.phase = "Postgres is killed";
    await killPostgres();
    load.phase = "the database is away";
    await sleep(OUTAGE_MS);
    load.phase = "it comes back";
    await sleep(LAST_CLAIMS_MS);
    postgres = await startPostgres(Number(new URL(postgres.url).port));
    await sleep(CALM_MS);
    loaded = await load.stop();

    // Where the connection broke, the client asks again, as its host would.
    const lost = loaded.filter(({ answer, tool }) => answer === undefined && tool !== "find");
    for (const { phase, traceId: _, ...call } of lost) {
      loaded.push({ ...(await ground.deliver(survivor, call)), phase: `after ${phase}` });
    }
    await vi.waitUntil(async () => (await countRunning()) <= lost.length, { timeout: 40_000, interval: 500 });

    executions = ground.executions();
    await killWorker();
    trailFaults = await ground.faults();
    report();
  },
  120_000 + 4 * OUTAGE_MS,
);

afterAll(async () => {
  worker.kill("SIGKILL");
  await ground.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Operations whose end the ledger has not heard; of those whose server died it hears none. */
async function countRunning(): Promise<number> {
  const running = await ground.ledger.db
    .selectFrom("operations")
    .select("id")
    .where("state", "=", "in_flight")
    .execute();
  return running.length;
}

const sentWhile = (phase: string): Loaded[] => loaded.filter((delivery) => delivery.phase === phase);
const executionsOf = ({ args }: Loaded): Execution[] => executions.filter(({ order }) => order === args.order);

describe("under a load of 200 calls a second, while a server, the worker and Postgres are killed", () => {
  test("every delivery that was answered or taken is one row, which says what was answered", () => {
    expect(trailFaults).toEqual([]);
    expect(loaded.length).toBeGreaterThan(1_000);
  });

  test("nothing is executed that must not be, and what was answered as done was done", async () => {
    const effects = Map.groupBy(await listEffects(postgres.url), ({ order }) => order);
    for (const delivery of loaded.filter(({ tool }) => tool !== "find")) {
      const { answer, tool, args } = delivery;
      const attempts = executionsOf(delivery).map(({ attempt }) => attempt);
      const kept = effects.get(args.order)?.length ?? 0;
      expect(new Set(attempts).size, args.order).toBe(attempts.length);
      expect(kept, args.order).toBeLessThanOrEqual(1);
      if (tool === "pay") expect(attempts.length, args.order).toBeLessThanOrEqual(1);
      if (answer?.isError === false) {
        expect(attempts.length, args.order).toBeGreaterThanOrEqual(1);
        if (tool === "pay_atomic") expect(kept, args.order).toBe(1);
      }
    }
  });

  test("while the database is away, what changes something is refused and not executed, and what reads is answered", () => {
    const during = sentWhile("the database is away");
    const reads = during.filter(({ tool }) => tool === "find");
    const changes = during.filter(({ tool }) => tool !== "find");
    expect(reads.length).toBeGreaterThan(100);
    expect(reads.filter(({ answer }) => answer?.isError !== false)).toEqual([]);
    expect(changes.length).toBeGreaterThan(50);
    for (const delivery of changes) {
      expect(delivery.answer?.told).toMatchObject({ code: "audit_unavailable", retry: "retryable", effect: "none" });
      expect(executionsOf(delivery)).toEqual([]);
    }
  });

  test("once it is back, what changes something is executed again", () => {
    const later = sentWhile("it comes back").filter(({ tool }) => tool === "pay");
    expect(later.some(({ answer }) => answer?.isError === false)).toBe(true);
  });
});

function report(): void {
  if (!process.env["TACHOGRAPH_TORTURE_REPORT"]) return;
  for (const [phase, all] of Map.groupBy(loaded, (delivery) => delivery.phase)) {
    const reads = all.filter(({ tool }) => tool === "find");
    const times = reads.flatMap(({ answer }) => answer?.tookMs ?? []).toSorted((a, b) => a - b);
    const at = (share: number): string => `${times[Math.floor(times.length * share)]?.toFixed(2)} ms`;
    const answered = all.filter(({ answer }) => answer !== undefined).length;
    const refused = all.filter(({ answer }) => answer?.told.code === "audit_unavailable").length;
    console.info(
      `${phase}: ${all.length} sent, ${answered} answered, ${refused} refused; reads p50 ${at(0.5)}, p95 ${at(0.95)}`,
    );
  }
  console.info(`${executions.length} executions`);
}
