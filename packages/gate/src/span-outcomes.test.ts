import { SpanStatusCode } from "@opentelemetry/api";
import { InMemoryTaskStore } from "@modelcontextprotocol/sdk/experimental/tasks/stores/in-memory.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { CreateTaskResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { inputRequired } from "@modelcontextprotocol/server";
import { openLedger, type Ledger } from "@tachograph/ledger";
import { createTestDatabase, type TestDatabase } from "@tachograph/ledger/testing";
import { outcomes, type CallRecord, type Outcome } from "@tachograph/record";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { verify } from "./errors/tool-error.ts";
import { rowsIn } from "./failure-matrix/read-journal.ts";
import { observeFetch } from "./http.ts";
import type { GateOptions } from "./options.ts";
import { closeRecorders } from "./recorder.ts";
import { spanAttributeNames } from "./span-attributes.ts";
import { tachograph } from "./tachograph.ts";
import { startCuttable, type CuttableLine } from "./testing-cuttable.ts";
import { serveEnforced, type Enforced } from "./testing-enforced.ts";
import { newDirectory, removeDirectories, text } from "./testing-gate.ts";
import { serveModern } from "./testing-modern.ts";
import { startTelemetry, type Telemetry } from "./testing-telemetry.ts";

/** A busy machine is no failure. */
const PATIENT = { timeout: 15_000 };

let telemetry: Telemetry;
let database: TestDatabase;
let ledger: Ledger;
let proxy: CuttableLine;
const closing: (() => Promise<unknown>)[] = [];
const seenAttributes = new Set<string>();

beforeAll(async () => {
  telemetry = startTelemetry();
  database = await createTestDatabase();
  proxy = await startCuttable(database.url);
  ledger = openLedger({ url: proxy.url, maxConnections: 3, claimBudgetMs: 3_000 });
});
let orders = 0;
beforeEach(() => {
  order = { order: `A-${++orders}`, amount: 5 };
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await removeDirectories();
  telemetry.clear();
});
afterAll(async () => {
  await closeRecorders();
  await ledger.close();
  await proxy.close();
  await database.drop();
  await telemetry.stop();
});

let finish: () => void = () => undefined;
const paid = z.object({ order: z.string(), amount: z.number() });
/** Each test pays for another order. */
let order = { order: "A-0", amount: 5 };
const slow = async (): Promise<unknown> => {
  await new Promise<void>((resolve) => {
    finish = resolve;
  });
  return text("done");
};
const id = (toolUseId: string) => ({ meta: { "claudecode/toolUseId": toolUseId, "claudecode/sessionId": "s-1" } });

async function serve(options: GateOptions, run: () => unknown = () => text("paid")): Promise<Enforced> {
  const given = { ledger, fingerprintKey: "a key for tests, of 32 bytes......", onDiagnostic: () => undefined };
  const output = z.object({ n: z.number() });
  const tools = {
    pay: { input: paid, run },
    count: { output, run: () => ({ ...text("x"), structuredContent: { n: "1" } }) },
  };
  const server = await serveEnforced("v2", tools, { ...given, ...options }, { clientId: "ann" });
  closing.push(server.close);
  return server;
}

const once = (more: object = {}): GateOptions => ({ tools: { pay: { once: { waitMs: 10, ...more } } } });
const rule = { tools: { pay: { rules: { watch: { allow: () => false, enforce: false }, small: () => false } } } };

async function refusedByHttp(status: number, body: string): Promise<{ rows(): CallRecord[] }> {
  const journalDirectory = newDirectory();
  const observe = observeFetch(() => new Response("no", { status }), { server: { name: "orders" }, journalDirectory });
  await observe(new Request("http://127.0.0.1/mcp", { method: "POST", body }));
  return { rows: () => rowsIn(journalDirectory) };
}
const request = JSON.stringify({ jsonrpc: "2.0", id: "r-1", method: "tools/call", params: { name: "pay" } });

/** How each outcome comes about: the last call of each ends in it. */
const provoked: Partial<Record<Outcome, () => Promise<{ rows(): CallRecord[] }>>> = {
  async ok() {
    const server = await serve(once());
    await server.call("pay", order, id("toolu_1"));
    return server;
  },
  async tool_error() {
    const server = await serve(once(), () => {
      throw verify("the line went dead");
    });
    await server.call("pay", order);
    return server;
  },
  async invalid_input() {
    const server = await serve({ defaults: { validate: true } });
    await server.call("pay", { ...order, amount: "5" });
    return server;
  },
  async invalid_output() {
    const server = await serve({});
    await server.call("count");
    return server;
  },
  async unknown_tool() {
    const server = await serve({ defaults: { validate: true } });
    await server.call("pya", order);
    return server;
  },
  malformed: async () => refusedByHttp(400, request.replace('"name":"pay"', '"name":7')),
  unauthenticated: async () => refusedByHttp(401, request),
  async denied() {
    const server = await serve(rule);
    await server.call("pay", order);
    return server;
  },
  async rate_limited() {
    const server = await serve({ tools: { pay: { limits: { perPrincipal: { calls: 1, windowSeconds: 60 } } } } });
    for (let call = 0; call < 2; call++) await server.call("pay", order);
    return server;
  },
  async duplicate_replayed() {
    const server = await serve(once());
    for (let call = 0; call < 2; call++) await server.call("pay", order, id("toolu_2"));
    return server;
  },
  async duplicate_in_flight() {
    const server = await serve(once(), slow);
    const first = server.call("pay", order, id("toolu_3"));
    await expect.poll(() => server.entered.length, PATIENT).toBe(1);
    await server.call("pay", order, id("toolu_3"));
    closing.unshift(async () => {
      finish();
      await first;
    });
    return server;
  },
  async key_conflict() {
    const server = await serve(once());
    const keyed = { meta: { "tachograph/idempotencyKey": "k-1" } };
    await server.call("pay", order, keyed);
    await server.call("pay", { ...order, amount: 6 }, keyed);
    return server;
  },
  async held() {
    const server = await serve(once(), () => {
      throw verify("the line went dead");
    });
    for (const toolUseId of ["toolu_4", "toolu_5"]) await server.call("pay", order, id(toolUseId));
    return server;
  },
  async input_required() {
    const asks = () =>
      inputRequired({
        inputRequests: {
          ok: inputRequired.elicit({ message: "Really?", requestedSchema: { type: "object", properties: {} } }),
        },
      });
    const modern = await serveModern({ pay: { input: paid, run: asks } }, {});
    await modern.call("pay", order, {});
    return modern;
  },
  async task_started() {
    const journalDirectory = newDirectory();
    const capabilities = { tasks: { requests: { tools: { call: {} } } } };
    const server = new McpServer(
      { name: "orders", version: "1" },
      { capabilities, taskStore: new InMemoryTaskStore() },
    );
    tachograph(server, { journalDirectory });
    server.experimental.tasks.registerToolTask(
      "export",
      { execution: { taskSupport: "required" } },
      {
        createTask: async (extra) => ({ task: await extra.taskStore.createTask({ ttl: 1_000 }) }),
        getTask: async (extra) => extra.taskStore.getTask(extra.taskId),
        getTaskResult: async (extra) => (await extra.taskStore.getTaskResult(extra.taskId)) as never,
      },
    );
    const [near, far] = InMemoryTransport.createLinkedPair();
    await server.connect(far);
    const client = new Client({ name: "c", version: "1" });
    await client.connect(near);
    closing.push(async () => client.close());
    const params = { name: "export", task: { ttl: 1_000 } };
    await client.request({ method: "tools/call", params }, CreateTaskResultSchema);
    return { rows: () => rowsIn(journalDirectory) };
  },
  async timeout() {
    const server = await serve({ tools: { pay: { timeout: 20 } } }, slow);
    await server.call("pay", order);
    finish();
    return server;
  },
  async cancelled() {
    const server = await serve({}, slow);
    const aborting = new AbortController();
    const params = { name: "pay", arguments: order };
    const call = server.client.callTool(params, undefined, { signal: aborting.signal }).catch(() => undefined);
    await expect.poll(() => server.entered.length, PATIENT).toBe(1);
    aborting.abort();
    await call;
    await expect.poll(() => server.rows().length, PATIENT).toBe(1);
    finish();
    return server;
  },
  async audit_unavailable() {
    await proxy.cut();
    closing.push(async () => proxy.mend());
    const server = await serve(once());
    await server.call("pay", order);
    return server;
  },
  async internal_error() {
    const fails = () => {
      throw new Error("no key");
    };
    const server = await serve(once({ key: fails }));
    await server.call("pay", order);
    return server;
  },
};

const toolError = { "error.type": "tool_error" };
const ended: Partial<Record<Outcome, { attributes: Record<string, unknown>; failed?: true }>> = {
  ok: {
    attributes: {
      "tachograph.key.source": "delivery",
      "tachograph.operation.id": expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  },
  tool_error: { attributes: toolError, failed: true },
  invalid_input: { attributes: toolError },
  invalid_output: { attributes: toolError, failed: true },
  unknown_tool: { attributes: toolError },
  malformed: { attributes: { "error.type": "malformed", "jsonrpc.request.id": "r-1", "network.transport": "tcp" } },
  unauthenticated: { attributes: { "error.type": "unauthenticated", "jsonrpc.request.id": "r-1" } },
  denied: { attributes: { ...toolError, "tachograph.rule": "small", "tachograph.would_deny": ["watch"] } },
  rate_limited: {
    attributes: {
      ...toolError,
      "tachograph.rule": "limits.perPrincipal",
      "tachograph.retry.after_ms": expect.any(Number),
    },
  },
  duplicate_replayed: {
    attributes: { "tachograph.original_call.id": expect.any(String), "tachograph.retry.kind": "redelivery" },
  },
  duplicate_in_flight: { attributes: { ...toolError, "tachograph.retry.after_ms": expect.any(Number) } },
  key_conflict: { attributes: { ...toolError, "tachograph.key.source": "client_meta" } },
  held: { attributes: { ...toolError, "tachograph.retry.kind": "model_retry" } },
  input_required: { attributes: {} },
  task_started: { attributes: {} },
  timeout: { attributes: toolError, failed: true },
  cancelled: { attributes: { "error.type": "cancelled" } },
  audit_unavailable: { attributes: toolError, failed: true },
  internal_error: { attributes: toolError, failed: true },
};

/** Nothing in a gate ends so yet: approvals, what the sweeper writes, and the proxy. */
const elsewhere: readonly Outcome[] = ["approval_pending", "indeterminate", "upstream_unavailable"];

test.each(outcomes.filter((outcome) => !elsewhere.includes(outcome)))(
  "a call that ends in %s is one span, which says what its row says",
  async (outcome) => {
    const server = await (provoked[outcome] as () => Promise<{ rows(): CallRecord[] }>)();
    const rows = (): CallRecord[] => server.rows();
    await expect.poll(() => telemetry.serverSpans().length, PATIENT).toBe(rows().length);
    const row = rows().at(-1) as CallRecord;
    const spans = telemetry.serverSpans();
    expect(new Set(spans.map(({ attributes }) => attributes["tachograph.call.id"]))).toEqual(
      new Set(rows().map((written) => written.id)),
    );
    const span = spans.find(({ attributes }) => attributes["tachograph.call.id"] === row.id);
    const { attributes, failed } = ended[outcome] as { attributes: object; failed?: true };
    expect(row.outcome).toBe(outcome);
    expect(span?.attributes).toMatchObject({
      "tachograph.outcome": row.outcome,
      "tachograph.effect": row.effect,
      "tachograph.retry.class": row.retryClass,
      "tachograph.retry.kind": row.retryKind,
      ...attributes,
    });
    expect("error.type" in (span?.attributes ?? {})).toBe("error.type" in attributes);
    expect(span?.status).toEqual({ code: failed ? SpanStatusCode.ERROR : SpanStatusCode.UNSET });
    expect([span?.spanContext().traceId, span?.spanContext().spanId]).toEqual([row.traceId, row.spanId]);
    for (const { attributes: seen } of spans) for (const name of Object.keys(seen)) seenAttributes.add(name);
  },
);

test("no span has an attribute that is not on the list", () => {
  expect([...seenAttributes].filter((name) => !(spanAttributeNames as readonly string[]).includes(name))).toEqual([]);
});

test("a call that is given up settles late, and its span says so", async () => {
  const server = await serve(once(), slow);
  const aborting = new AbortController();
  const params = { name: "pay", arguments: order, _meta: id("toolu_8").meta };
  const call = server.client.callTool(params, undefined, { signal: aborting.signal }).catch(() => undefined);
  await expect.poll(() => server.entered.length, PATIENT).toBe(1);
  aborting.abort();
  await call;
  await expect.poll(() => server.rows().length, PATIENT).toBe(1);
  finish();
  await expect.poll(() => telemetry.serverSpans().length, PATIENT).toBe(1);
  expect(telemetry.serverSpans()[0]?.events.map(({ name, attributes }) => ({ name, ...attributes }))).toEqual([
    { name: "tachograph.late_completion", "tachograph.late_completion.handler": "returned" },
    { name: "tachograph.late_settlement", "tachograph.operation.state": "completed" },
  ]);
});

test("where the ledger hears of the end later than the agent, the span waits for it", async () => {
  const server = await serve(once(), async () => {
    await proxy.cut();
    return text("paid");
  });
  expect((await server.call("pay", order, id("toolu_9"))).text).toBe("paid");
  expect(server.row()).toMatchObject({ outcome: "ok", effect: "applied" });
  expect(telemetry.serverSpans()).toEqual([]);
  await proxy.mend();
  await expect.poll(() => telemetry.serverSpans().length, PATIENT).toBe(1);
  expect(telemetry.serverSpans()[0]?.events).toMatchObject([
    { name: "tachograph.late_settlement", attributes: { "tachograph.operation.state": "completed" } },
  ]);
});
