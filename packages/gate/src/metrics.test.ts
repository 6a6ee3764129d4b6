import { rmSync, writeFileSync } from "node:fs";
import { metrics, type Meter } from "@opentelemetry/api";
import { openLedger } from "@tachograph/ledger";
import { createTestDatabase } from "@tachograph/ledger/testing";
import type { LedgerSink } from "@tachograph/record";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { rowsIn } from "./failure-matrix/read-journal.ts";
import { metricFacts } from "./metric-instruments.ts";
import type { GateOptions } from "./options.ts";
import { startCuttable } from "./testing-cuttable.ts";
import { serveEnforced, serverKinds, type Enforced, type ServerKind, type TestTool } from "./testing-enforced.ts";
import { newDirectory, removeDirectories, text } from "./testing-gate.ts";
import { startTelemetry, type Telemetry } from "./testing-telemetry.ts";

/** A busy machine is no failure. */
const PATIENT = { timeout: 15_000 };

let telemetry: Telemetry;
const servers: Enforced[] = [];
beforeEach(() => {
  telemetry = startTelemetry();
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  await removeDirectories();
  await telemetry.stop();
});

const tools: Record<string, TestTool> = {
  find: { annotations: { readOnlyHint: true }, run: () => text("found") },
  book: { input: z.object({ date: z.iso.date(), note: z.string().optional() }), run: () => text("booked") },
  broken: {
    run: () => {
      throw new Error("no");
    },
  },
};
async function serve(options: GateOptions = {}, kind: ServerKind = "v2", given = tools): Promise<Enforced> {
  const server = await serveEnforced(kind, given, { onDiagnostic: () => undefined, ...options }, { clientId: "ann" });
  servers.push(server);
  return server;
}

/** What a counter says, by its attributes. */
const counted = async (name: string): Promise<[object, unknown][]> =>
  (await telemetry.points(name)).map(({ attributes, value }) => [attributes, value]);
/** What a metric without attributes says. */
const measured = async (name: string): Promise<unknown> => (await telemetry.points(name))[0]?.value;
const seconds = (point: { value: unknown }): { count: number; sum: number; buckets: { boundaries: number[] } } =>
  point.value as never;
const book = { date: "2026-06-06" };

describe("mcp.server.operation.duration", () => {
  test("measures each call once, as long as its row says, in the buckets of the convention", async () => {
    const server = await serve();
    for (let call = 0; call < 3; call++) await server.call("find");
    const found = await telemetry.metric("mcp.server.operation.duration");
    expect(found?.descriptor).toMatchObject({ unit: "s", type: "HISTOGRAM" });
    const [point, ...others] = found?.dataPoints ?? [];
    expect(others).toEqual([]);
    expect(point?.attributes).toEqual({
      "mcp.method.name": "tools/call",
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "find",
      "mcp.protocol.version": "2025-11-25",
      "tachograph.outcome": "ok",
    });
    const { count, sum, buckets } = seconds(point as never);
    expect(count).toBe(3);
    expect(sum).toBeCloseTo(server.rows().reduce((total, { durationUs }) => total + durationUs, 0) / 1e6, 9);
    expect(buckets.boundaries).toEqual([0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300]);
  });

  test("says what went wrong in the words of the convention, and in ours", async () => {
    const server = await serve({ defaults: { validate: true } });
    await server.call("broken");
    await server.call("book", { date: "tomorrow" });
    const said = (await telemetry.points("mcp.server.operation.duration")).map(({ attributes }) => [
      attributes["error.type"],
      attributes["tachograph.outcome"],
    ]);
    expect(said).toEqual([
      ["tool_error", "tool_error"],
      ["tool_error", "invalid_input"],
    ]);
  });

  test.each(serverKinds)("on %s, names that only callers say make no series", async (kind) => {
    const server = await serve({}, kind);
    await server.client.listTools();
    await server.call("find");
    for (let call = 0; call < 20; call++) await server.call(`made-up-${call}`).catch(() => undefined);
    const points = await telemetry.points("mcp.server.operation.duration");
    const names = points.map(({ attributes }) => attributes["gen_ai.tool.name"]);
    expect(new Set(names)).toEqual(new Set(["find", "_OTHER"]));
    expect(points.reduce((total, point) => total + seconds(point).count, 0)).toBe(21);
  });

  test("nor do protocol versions that nobody knows", async () => {
    const server = await serve();
    for (let call = 0; call < 40; call++) {
      const version = call % 2 === 0 ? `19${10 + call}-01-01` : `nonsense-${call}`;
      await server.call("find", {}, { meta: { "io.modelcontextprotocol/protocolVersion": version } });
    }
    const points = await telemetry.points("mcp.server.operation.duration");
    expect(points.length).toBeLessThanOrEqual(17);
    expect(points.map(({ attributes }) => attributes["mcp.protocol.version"])).toContain("_OTHER");
  });
});

test("refusals are counted by outcome and rule, and a call that ran is none", async () => {
  const server = await serve({
    tools: {
      book: { validate: true, rules: { never: () => false } },
      find: { limits: { perPrincipal: { calls: 1, windowSeconds: 60 } } },
    },
  });
  await server.call("book", book);
  await server.call("book", { date: "tomorrow" });
  for (let call = 0; call < 3; call++) await server.call("find");
  await server.call("broken");
  expect(await counted("tachograph.refusals")).toEqual([
    [{ "gen_ai.tool.name": "book", "tachograph.outcome": "denied", "tachograph.rule": "never" }, 1],
    [{ "gen_ai.tool.name": "book", "tachograph.outcome": "invalid_input" }, 1],
    [{ "gen_ai.tool.name": "find", "tachograph.outcome": "rate_limited", "tachograph.rule": "limits.perPrincipal" }, 2],
  ]);
});

test("retries are counted by what they are to the call before", async () => {
  const server = await serve({ defaults: { validate: true } });
  const session = (toolUseId: string) => ({
    meta: { "claudecode/sessionId": "s-1", "claudecode/toolUseId": toolUseId },
  });
  await server.call("broken", {}, session("1"));
  await server.call("broken", {}, session("1"));
  await server.call("broken", {}, session("2"));
  await server.call("book", { date: "tomorrow" }, session("3"));
  await server.call("book", book, session("4"));
  expect(await counted("tachograph.retries")).toEqual([
    [{ "gen_ai.tool.name": "broken", "tachograph.retry.kind": "redelivery" }, 1],
    [{ "gen_ai.tool.name": "broken", "tachograph.retry.kind": "model_retry" }, 1],
    [{ "gen_ai.tool.name": "book", "tachograph.retry.kind": "corrected_retry" }, 1],
  ]);
});

test("secrets that were removed are counted, as the rows count them", async () => {
  const server = await serve();
  await server.call("book", { ...book, note: "Authorization: Bearer plantedInAMetric123" });
  await server.call("find");
  expect(server.rows().map(({ redactions }) => redactions > 0)).toEqual([true, false]);
  expect(await counted("tachograph.redactions")).toEqual([
    [{ "gen_ai.tool.name": "book" }, server.rows()[0]?.redactions],
  ]);
});

describe("the journal", () => {
  test("says how much of it is not stored yet, and how old the oldest of that is", async () => {
    let stores = false;
    const ledger: LedgerSink = {
      record: async ({ calls }) => {
        if (!stores) throw new Error("away");
        return Promise.resolve({ inserted: calls.length, known: 0, rejected: [] });
      },
    };
    const server = await serve({ ledger });
    await server.call("find");
    expect(await measured("tachograph.journal.backlog")).toBeGreaterThan(500);
    await expect.poll(async () => measured("tachograph.journal.oldest"), PATIENT).toBeGreaterThan(0);
    stores = true;
    await expect.poll(async () => measured("tachograph.journal.oldest"), PATIENT).toBe(0);
    expect(await measured("tachograph.journal.dropped")).toBe(0);
  });

  test("does not know how old what another process stores is", async () => {
    const server = await serve();
    await server.call("find");
    expect(await measured("tachograph.journal.backlog")).toBeGreaterThan(500);
    expect(await telemetry.points("tachograph.journal.oldest")).toEqual([]);
  });

  test("says what waits in memory while the disk takes nothing, and what was lost for good", async () => {
    const journalDirectory = newDirectory();
    rmSync(journalDirectory, { recursive: true });
    writeFileSync(journalDirectory, "a file where a folder should be");
    const server = await serve({ journalDirectory });
    await server.call("find");
    expect(await measured("tachograph.journal.waiting")).toBeGreaterThan(500);
    const droppedBefore = Number(await measured("tachograph.journal.dropped"));
    const large = Array.from({ length: 30 }, () => "x".repeat(8_000));
    for (let call = 0; call < 100; call++) await server.call("find", { large });
    const dropped = Number(await measured("tachograph.journal.dropped"));
    expect(dropped).toBeGreaterThan(droppedBefore);
    // A counter does not go back when what it counted is gone.
    await servers.pop()?.close();
    await removeDirectories();
    expect(await measured("tachograph.journal.dropped")).toBeGreaterThanOrEqual(dropped);
  });
});

test("duplicates that got the original answer, and operations whose end the ledger has not heard, are counted", async () => {
  const database = await createTestDatabase();
  const line = await startCuttable(database.url);
  const ledger = openLedger({ url: line.url, claimBudgetMs: 3_000 });
  let cuts = false;
  const pay: TestTool = {
    input: z.object({ order: z.string() }),
    run: async () => {
      if (cuts) await line.cut();
      return text("paid");
    },
  };
  const once: GateOptions = { ledger, tools: { pay: { once: { key: ({ order }) => String(order) } } } };
  const [server, second] = [
    await serve(once, "v2", { pay }),
    await serve({ ...once, project: "other" }, "v2", { pay }),
  ];
  for (let call = 0; call < 3; call++) await server.call("pay", { order: "A-1" });
  expect(await counted("tachograph.replays")).toEqual([[{ "gen_ai.tool.name": "pay" }, 2]]);
  expect(await measured("tachograph.operations.settle_waiting")).toBe(0);
  cuts = true;
  expect((await second.call("pay", { order: "A-2" })).text).toBe("paid");
  // Two recorders share the ledger: what waits is counted once.
  expect(await measured("tachograph.operations.settle_waiting")).toBe(1);
  await line.mend();
  await expect.poll(async () => measured("tachograph.operations.settle_waiting"), PATIENT).toBe(0);
  await removeDirectories();
  await ledger.close();
  await line.close();
  await database.drop();
});

describe("the user's SDK", () => {
  test("is found also where it is registered after the server was made", async () => {
    await telemetry.stop();
    const server = await serve();
    await server.call("find");
    telemetry = startTelemetry();
    expect(await counted("tachograph.journal.backlog")).toEqual([]);
    await server.call("find");
    expect((await telemetry.points("mcp.server.operation.duration")).map(seconds)).toMatchObject([{ count: 1 }]);
    expect(await measured("tachograph.journal.backlog")).toBeGreaterThan(500);
  });

  test("is asked for the journal as soon as the server is made", async () => {
    await serve();
    expect(await measured("tachograph.journal.waiting")).toBe(0);
  });

  test.each([
    ["makes no meter", { getMeter: fail }],
    ["makes no instrument", { getMeter: () => ({ createHistogram: fail }) as unknown as Meter }],
    [
      "takes no measurement",
      {
        getMeter: () =>
          ({
            createHistogram: () => ({ record: fail }),
            createCounter: () => ({ add: fail }),
            createObservableGauge: () => ({}),
            createObservableCounter: () => ({}),
            addBatchObservableCallback: () => undefined,
          }) as unknown as Meter,
      },
    ],
  ])("costs neither answer nor row where it %s", async (_name, provider) => {
    metrics.disable();
    metrics.setGlobalMeterProvider(provider);
    const server = await serve();
    expect((await server.call("find")).text).toBe("found");
    expect(rowsIn(server.directory)).toMatchObject([{ outcome: "ok" }]);
  });
});

function fail(): never {
  throw new Error("the SDK is broken");
}

test("every metric is made with the unit and the text that the list gives it", async () => {
  const server = await serve({ ledger: { record: async () => Promise.reject(new Error("away")) } });
  await server.call("find");
  for (const [name, { unit, description }] of Object.entries(metricFacts)) {
    const found = await telemetry.metric(name);
    // A counter that has counted nothing is not exported.
    if (found === undefined) expect(name).toMatch(/^tachograph\.(refusals|replays|retries|redactions)$/);
    else expect(found.descriptor).toMatchObject({ unit, description });
  }
});
