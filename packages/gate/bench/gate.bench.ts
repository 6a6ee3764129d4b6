import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { InMemoryTransport as MemoryV1 } from "@modelcontextprotocol/sdk/inMemory.js";
import { Client as ClientV2 } from "@modelcontextprotocol/client";
import { InMemoryTransport as MemoryV2 } from "@modelcontextprotocol/server";
import { closeRecorders } from "../src/index.ts";
import { benchServer, sdks, setups, type Sdk, type Setup } from "./bench-server.ts";

interface Measurement {
  variant: string;
  metric: string;
  value: number;
  unit: string;
  ratio?: number;
}

type Tool = "read" | "write";

interface Subject {
  setup: Setup;
  tool: Tool;
  call(index: number): Promise<unknown>;
  cpuUs(): Promise<number>;
  timesMs: number[];
  cpuTotalUs: number;
}

/**
 * What a call costs with and without the gate: a whole round trip of a real SDK client and server, by transport, SDK and
 * kind of tool. The variants take turns, so that whatever else the machine does falls on all of them.
 */
export async function* run({ quick }: { quick: boolean }): AsyncIterable<Measurement> {
  const directory = mkdtempSync(join(tmpdir(), "tachograph-bench-"));
  try {
    for (const transport of ["memory", "stdio"] as const) {
      for (const sdk of sdks) {
        const rounds = { memory: quick ? 30 : 200, stdio: quick ? 15 : 80 }[transport];
        yield* measure(transport, sdk, rounds, directory);
      }
    }
  } finally {
    await closeRecorders();
    rmSync(directory, { recursive: true, force: true });
  }
}

const CALLS_PER_ROUND = 100;

async function* measure(
  transport: "memory" | "stdio",
  sdk: Sdk,
  rounds: number,
  directory: string,
): AsyncIterable<Measurement> {
  const connections = await Promise.all(
    setups.map(async (setup) => ({ setup, client: await connect(transport, sdk, setup, directory) })),
  );
  const subjects: Subject[] = connections.flatMap(({ setup, client }) =>
    (["read", "write"] as const).map((tool) => ({
      setup,
      tool,
      call: (index: number) =>
        client.callTool({
          name: tool,
          arguments: { order: `A-${index}`, quantity: index % 7, note: "please leave it with the neighbours" },
          _meta: { "claudecode/toolUseId": `toolu_${tool}_${index}` },
        }),
      cpuUs: async () => (transport === "memory" ? ownCpuUs() : Number(textOf(await client.callTool({ name: "cpu" })))),
      timesMs: [],
      cpuTotalUs: 0,
    })),
  );
  // The first rounds warm every path up and count for nothing.
  const warmUp = Math.ceil(rounds / 5);
  for (let round = -warmUp; round < rounds; round++) {
    for (const subject of rotated(subjects, round + warmUp)) await runRound(subject, round);
  }
  for (const { client } of connections) await client.close();
  for (const subject of subjects) {
    const bare = subjects.find(({ setup, tool }) => setup === "bare" && tool === subject.tool) as Subject;
    const variant = `${transport}-${sdk}-${subject.tool}-${subject.setup}`;
    const isHeadline = transport === "stdio" && sdk === "v2" && subject.tool === "read" && subject.setup === "enforce";
    for (const [metric, quantile] of [
      ["p50", 0.5],
      ["p95", 0.95],
    ] as const) {
      const value = at(subject.timesMs, quantile) * 1000;
      const ratio = value / (at(bare.timesMs, quantile) * 1000);
      yield { variant, metric, value, unit: "us", ratio };
      if (isHeadline) yield { variant: "enforce-read", metric, value, unit: "us", ratio };
    }
    const cpu = subject.cpuTotalUs / subject.timesMs.length;
    yield { variant, metric: "cpu", value: cpu, unit: "us", ratio: cpu / (bare.cpuTotalUs / bare.timesMs.length) };
  }
}

async function runRound(subject: Subject, round: number): Promise<void> {
  const cpuBefore = await subject.cpuUs();
  const times: number[] = [];
  for (let index = 0; index < CALLS_PER_ROUND; index++) {
    const from = performance.now();
    await subject.call(round * CALLS_PER_ROUND + index);
    times.push(performance.now() - from);
  }
  // What a round leaves to do later, such as flushing the journal, is part of its price.
  await sleep(5);
  if (round < 0) return;
  subject.timesMs.push(...times);
  subject.cpuTotalUs += (await subject.cpuUs()) - cpuBefore;
}

interface BenchClient {
  callTool(params: {
    name: string;
    arguments?: Record<string, unknown>;
    _meta?: Record<string, unknown>;
  }): Promise<unknown>;
  connect(transport: unknown): Promise<void>;
  close(): Promise<void>;
}

async function connect(transport: "memory" | "stdio", sdk: Sdk, setup: Setup, directory: string): Promise<BenchClient> {
  const info = { name: "bench", version: "1.0.0" };
  if (transport === "stdio") {
    // The same client for all: only the server's side is compared.
    const client = new ClientV1(info) as unknown as BenchClient;
    const program = join(import.meta.dirname, "bench-server.ts");
    await client.connect(
      new StdioClientTransport({ command: process.execPath, args: [program, sdk, setup, directory] }),
    );
    return client;
  }
  const [near, far] = (sdk === "v1" ? MemoryV1 : MemoryV2).createLinkedPair();
  await benchServer(sdk, setup, directory).connect(far);
  const client = (sdk === "v1" ? new ClientV1(info) : new ClientV2(info)) as unknown as BenchClient;
  await client.connect(near);
  return client;
}

const ownCpuUs = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

const textOf = (result: unknown): string => (result as { content: { text: string }[] }).content[0]?.text ?? "";

const rotated = <T>(items: readonly T[], by: number): T[] =>
  items.map((_, index) => items[(index + by) % items.length] as T);

const at = (values: readonly number[], quantile: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * quantile)] ?? Number.NaN;
