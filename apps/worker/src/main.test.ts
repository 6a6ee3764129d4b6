import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { countCalls, countCallsBy, listProcesses, openLedger, type Ledger } from "@tachograph/ledger";
import { createTestDatabase } from "@tachograph/ledger/testing";
import { afterEach, beforeEach, expect, test } from "vitest";

let directory: string;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let ledger: Ledger;
const workers: ChildProcess[] = [];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "tachograph-worker-"));
  database = await createTestDatabase();
  ledger = openLedger({ url: database.url, applicationName: "worker test" });
});
afterEach(async () => {
  for (const worker of workers.splice(0)) await kill(worker, "SIGKILL");
  await ledger.close();
  await database.drop();
  rmSync(directory, { recursive: true, force: true });
});

const environment = (): Record<string, string> => ({
  PATH: process.env["PATH"] ?? "",
  TACHOGRAPH_DATA_DIR: directory,
  TACHOGRAPH_DATABASE_URL: database.url,
});

function startWorker(): ChildProcess {
  const worker = spawn(process.execPath, [join(import.meta.dirname, "main.ts")], {
    env: environment(),
    stdio: "ignore",
  });
  workers.push(worker);
  return worker;
}

async function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(signal);
  await ended;
}

async function connect(): Promise<{ client: Client; pid: number }> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [join(import.meta.dirname, "testing-server.ts")],
    env: environment(),
  });
  const client = new Client({ name: "claude-code", version: "2.1.330" });
  await client.connect(transport);
  return { client, pid: transport.pid as number };
}

const scope = () => ({ project: "default", from: Date.now() - 3_600_000, to: Date.now() + 60_000 });
const stored = async (): Promise<number> => (await countCalls(ledger, scope())).count;

test("300 calls over stdio, then kill -9 of the server: 300 rows after the next start of a worker", async () => {
  const { client, pid } = await connect();
  for (let index = 0; index < 299; index++) await client.callTool({ name: "refund" });
  const lost = client.callTool({ name: "slow" }).catch(() => "lost");
  await client.ping();
  process.kill(pid, "SIGKILL");
  expect(await lost).toBe("lost");
  expect(await stored()).toBe(0);

  startWorker();
  await expect.poll(stored, { timeout: 20_000 }).toBe(300);
  expect((await countCallsBy(ledger, { ...scope(), fields: ["outcome"] })).outcome.values).toEqual([
    { value: "ok", count: 299 },
    { value: "indeterminate", count: 1 },
  ]);
});

test("calls of a running server arrive while it runs, and a worker that is killed and started again repeats none", async () => {
  const { client } = await connect();
  const first = startWorker();
  for (let index = 0; index < 100; index++) await client.callTool({ name: "refund" });
  await expect.poll(stored, { timeout: 20_000 }).toBe(100);
  await kill(first, "SIGKILL");
  for (let index = 0; index < 50; index++) await client.callTool({ name: "refund" });
  startWorker();
  await expect.poll(stored, { timeout: 20_000 }).toBe(150);
  await client.close();
});

test("a worker says that it lives, and stores what is there before it ends", async () => {
  const worker = startWorker();
  await expect.poll(async () => (await listProcesses(ledger)).length, { timeout: 20_000 }).toBe(1);
  const { client } = await connect();
  await client.callTool({ name: "refund" });
  await kill(worker, "SIGTERM");
  expect(worker.exitCode).toBe(0);
  expect(await stored()).toBe(1);
  await client.close();
});
