import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { InMemoryTransport, McpServer } from "@modelcontextprotocol/server";
import { migrate, openLedger, type Ledger } from "@tachograph/ledger";
import { startEmbeddedPostgres } from "@tachograph/ledger/embedded";
import { openBareConnection } from "@tachograph/ledger/testing";
import { z } from "zod";
import { closeRecorders, tachograph } from "../src/index.ts";

interface Measurement {
  variant: string;
  metric: string;
  value: number;
  unit: string;
  ratio?: number;
}

interface Subject {
  variant: string;
  /** The variant that the ratio is to. */
  beside: "bare-1" | "bare-2";
  run(index: number): Promise<unknown>;
  timesMs: number[];
}

/**
 * What `once` costs: whole calls of a real client, claim and settlement included, beside the bare writes to the same
 * Postgres that nobody can do without, made in a loop that does nothing else. `call-1` and `call-2` are whole calls too:
 * of a server without the gate whose handler makes one or two of those writes. The variants take turns. Postgres keeps
 * what it is told: fsync is on.
 */
export async function* run({ quick }: { quick: boolean }): AsyncIterable<Measurement> {
  const directory = mkdtempSync(join(tmpdir(), "tachograph-bench-once-"));
  const postgres = await startEmbeddedPostgres({ directory: join(directory, "postgres") });
  await migrate({ url: postgres.url });
  const ledger = openLedger({ url: postgres.url });
  const bare = await openBareConnection(postgres.url);
  const bareOne = (): Promise<void> => bare.insert();
  const bareTwo = async (): Promise<void> => {
    await bare.insert();
    await bare.update();
  };
  const call = await callerOf(gatedServer(ledger, join(directory, "journal")));
  const bareCall = await callerOf(bareServer(bareOne, bareTwo));
  try {
    let replayed = 0;
    const subjects: Subject[] = [
      { variant: "select", beside: "bare-1", run: () => bare.select(), timesMs: [] },
      { variant: "bare-1", beside: "bare-1", run: bareOne, timesMs: [] },
      { variant: "bare-2", beside: "bare-2", run: bareTwo, timesMs: [] },
      { variant: "call-1", beside: "bare-1", run: (index) => bareCall("one", `one-${index}`, index), timesMs: [] },
      { variant: "call-2", beside: "bare-2", run: (index) => bareCall("two", `two-${index}`, index), timesMs: [] },
      { variant: "read", beside: "bare-1", run: (index) => call("find", `find-${index}`, index), timesMs: [] },
      { variant: "mutating", beside: "bare-2", run: (index) => call("pay", `pay-${index}`, index), timesMs: [] },
      {
        variant: "atomic",
        beside: "bare-2",
        run: (index) => call("pay_atomic", `atomic-${index}`, index),
        timesMs: [],
      },
      {
        variant: "replay",
        beside: "bare-1",
        run: async () => call("pay", `pay-${replayed % 50}`, replayed++ % 50),
        timesMs: [],
      },
    ];
    const rounds = quick ? 15 : 120;
    const warmUp = 5;
    for (let round = 0; round < rounds + warmUp; round++) {
      for (const [at] of subjects.entries()) {
        await runRound(subjects[(at + round) % subjects.length] as Subject, round, round >= warmUp);
      }
    }
    for (const { variant, beside, timesMs } of subjects) {
      const baseline = subjects.find((subject) => subject.variant === beside) as Subject;
      for (const [metric, quantile] of [
        ["p50", 0.5],
        ["p95", 0.95],
      ] as const) {
        const value = at(timesMs, quantile) * 1000;
        yield { variant, metric, value, unit: "us", ratio: value / (at(baseline.timesMs, quantile) * 1000) };
      }
    }
  } finally {
    await closeRecorders();
    await bare.close();
    await ledger.close();
    await postgres.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

const CALLS_PER_ROUND = 20;

async function runRound(subject: Subject, round: number, counts: boolean): Promise<void> {
  for (let index = 0; index < CALLS_PER_ROUND; index++) {
    const from = performance.now();
    await subject.run(round * CALLS_PER_ROUND + index);
    if (counts) subject.timesMs.push(performance.now() - from);
  }
}

const inputSchema = z.object({ order: z.string(), amount: z.number() });

function gatedServer(ledger: Ledger, journalDirectory: string): McpServer {
  // Rows are shipped by a worker in production; here only operations go to Postgres.
  const operations = { ...ledger, record: async () => Promise.resolve({ inserted: 0, known: 0, rejected: [] }) };
  const server = tachograph(new McpServer({ name: "bench", version: "1.0.0" }), {
    ledger: operations,
    journalDirectory,
    tools: {
      find: { mutability: "read", validate: true },
      pay: { once: true },
      pay_atomic: { once: { mode: "atomic" } },
    },
  });
  for (const name of ["find", "pay", "pay_atomic"]) {
    server.registerTool(name, { inputSchema }, ({ order }) => ({ content: [{ type: "text", text: `paid ${order}` }] }));
  }
  return server;
}

function bareServer(one: () => Promise<void>, two: () => Promise<void>): McpServer {
  const server = new McpServer({ name: "bare", version: "1.0.0" });
  for (const [name, write] of Object.entries({ one, two })) {
    server.registerTool(name, { inputSchema }, async ({ order }) => {
      await write();
      return { content: [{ type: "text", text: `paid ${order}` }] };
    });
  }
  return server;
}

async function callerOf(
  server: McpServer,
): Promise<(tool: string, toolUseId: string, index: number) => Promise<unknown>> {
  const [near, far] = InMemoryTransport.createLinkedPair();
  await server.connect(far);
  const client = new Client({ name: "bench", version: "1.0.0" });
  await client.connect(near);
  return async (name, toolUseId, index) =>
    client.callTool({
      name,
      arguments: { order: `A-${index}`, amount: index },
      _meta: { "claudecode/toolUseId": toolUseId },
    });
}

const at = (values: readonly number[], quantile: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * quantile)] ?? Number.NaN;
