import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { context, propagation, SpanStatusCode, trace } from "@opentelemetry/api";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { McpError } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { rowsIn } from "./failure-matrix/read-journal.ts";
import { closeRecorders } from "./recorder.ts";
import { tachograph } from "./tachograph.ts";
import { connectV1, newDirectory, removeDirectories, text, type Setup } from "./testing-gate.ts";
import { startTelemetry, type Telemetry } from "./testing-telemetry.ts";

/** A busy machine is no failure. */
const PATIENT = { timeout: 15_000 };

let telemetry: Telemetry;
let server: Setup;
const serverSpans = () => telemetry.serverSpans();
/** What a processor of the user's own throws. */
let breaks: "onStart" | "onEnd" | undefined;
const breaking = (when: typeof breaks) => () => {
  if (breaks === when) throw new Error("the exporter is broken");
};
let finishSlow: () => void;
let seenBaggage: [string, string][] = [];

beforeAll(async () => {
  telemetry = startTelemetry([
    {
      onStart: breaking("onStart"),
      onEnd: breaking("onEnd"),
      forceFlush: async () => Promise.resolve(),
      shutdown: async () => Promise.resolve(),
    },
  ]);
  server = await connectV1(registerTools, {
    tools: {
      slow: { timeout: 40 },
      watched: {
        rules: { few: { allow: () => false, enforce: false }, never: { allow: () => false, enforce: false } },
      },
    },
  });
});
beforeEach(() => telemetry.clear());
afterEach(() => {
  vi.unstubAllEnvs();
  breaks = undefined;
});
afterAll(async () => {
  await server.close();
  await removeDirectories();
  await telemetry.stop();
});

function registerTools(mcp: McpServer): void {
  mcp.registerTool("read", { annotations: { readOnlyHint: true } }, () => {
    trace.getTracer("handler").startSpan("query").end();
    seenBaggage = (propagation.getActiveBaggage()?.getAllEntries() ?? []).map(([key, { value }]) => [key, value]);
    return text("x");
  });
  mcp.registerTool("throws", {}, () => {
    throw new Error("Authorization: Bearer plantedInASpan123");
  });
  mcp.registerTool("strict", { inputSchema: { date: z.iso.date() } }, () => ({ content: [] }));
  mcp.registerTool("login", { inputSchema: { password: z.string(), note: z.string() } }, ({ note }) => text(note));
  mcp.registerTool("watched", {}, () => text("x"));
  const slow = async (): Promise<{ content: [] }> => {
    await new Promise<void>((resolve) => {
      finishSlow = resolve;
    });
    return { content: [] };
  };
  mcp.registerTool("slow", {}, slow);
  mcp.registerTool("patient", {}, slow);
}

const rows = () => rowsIn(server.directory);
const call = async (name: string, more: object = {}): Promise<unknown> => server.client.callTool({ name, ...more });

test("each delivery is exactly one server span, with the ids that its row has", async () => {
  const before = rows().length;
  await call("read", { _meta: { "claudecode/toolUseId": "toolu_9" } });
  await call("strict", { arguments: { date: "6/6" } });
  await call("no_such_tool");
  await call("throws");
  const written = rows().slice(before);
  const spans = serverSpans();
  expect(spans.map(({ name }) => name)).toEqual([
    "tools/call read",
    "tools/call strict",
    // A name that the caller made up is no name to group spans by.
    "tools/call",
    "tools/call throws",
  ]);
  expect(spans.map(({ attributes }) => attributes["gen_ai.tool.name"])).toEqual([
    "read",
    "strict",
    "no_such_tool",
    "throws",
  ]);
  expect(spans.map((span) => [span.spanContext().traceId, span.spanContext().spanId])).toEqual(
    written.map(({ traceId, spanId }) => [traceId, spanId]),
  );
  expect(spans.map(({ duration: [seconds, nanoseconds] }) => seconds * 1e6 + nanoseconds / 1e3)).toEqual(
    written.map(({ durationUs }) => expect.closeTo(durationUs, -1)),
  );
  expect(spans[0]?.attributes).toEqual({
    "mcp.method.name": "tools/call",
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": "read",
    "gen_ai.tool.call.id": "toolu_9",
    "jsonrpc.request.id": written[0]?.rpcId,
    "mcp.protocol.version": "2025-11-25",
    "tachograph.outcome": "ok",
    "tachograph.effect": "none",
    "tachograph.retry.class": "none",
    "tachograph.retry.kind": "first",
    "tachograph.call.id": written[0]?.id,
  });
  expect(spans.map(({ attributes }) => attributes["error.type"])).toEqual([
    undefined,
    "tool_error",
    "tool_error",
    "tool_error",
  ]);
  // A refusal is the client's mistake, not an error of the server.
  expect(spans.map(({ status }) => status.code)).toEqual([
    SpanStatusCode.UNSET,
    SpanStatusCode.UNSET,
    SpanStatusCode.UNSET,
    SpanStatusCode.ERROR,
  ]);
});

test("neither arguments nor results nor messages are on a span, unless they are asked for", async () => {
  const secret = { password: "correct-horse", note: "a note" };
  await call("login", { arguments: secret });
  await call("throws");
  const exported = JSON.stringify(
    serverSpans().map(({ name, attributes, events, status }) => ({ name, attributes, events, status })),
  );
  expect(exported).not.toMatch(/correct-horse|a note|plantedInASpan123/);
});

describe("with TACHOGRAPH_SPAN_PAYLOADS=on", () => {
  beforeEach(() => {
    vi.stubEnv("TACHOGRAPH_SPAN_PAYLOADS", "on");
  });

  test("arguments and results are there as JSON, without their secrets", async () => {
    await call("login", { arguments: { password: "correct-horse", note: "it is correct-horse" } });
    const [span] = serverSpans();
    const args = JSON.parse(String(span?.attributes["gen_ai.tool.call.arguments"])) as Record<string, string>;
    const result = JSON.parse(String(span?.attributes["gen_ai.tool.call.result"])) as { content: { text: string }[] };
    expect(Object.keys(args)).toEqual(["password", "note"]);
    expect(args["note"]).toMatch(/^it is /);
    expect(result.content[0]?.text).toMatch(/^it is /);
    expect(JSON.stringify(span?.attributes)).not.toContain("correct-horse");
  });

  test("they are cut at 4 KiB, between characters", async () => {
    await call("login", { arguments: { password: "x", note: "€".repeat(3_000) } });
    const args = String(serverSpans()[0]?.attributes["gen_ai.tool.call.arguments"]);
    expect(Buffer.byteLength(args)).toBeGreaterThan(4_090);
    expect(Buffer.byteLength(args)).toBeLessThanOrEqual(4_096);
    expect(args).toMatch(/€$/);
  });

  test("the message of a failure says why, without its secrets", async () => {
    await call("throws");
    expect(serverSpans()[0]?.status.message).toMatch(/^Authorization: /);
    expect(serverSpans()[0]?.status.message).not.toContain("plantedInASpan123");
  });
});

test("a rule that only watches is named where it would have denied", async () => {
  await call("watched");
  expect(serverSpans()[0]?.attributes["tachograph.would_deny"]).toEqual(["few", "never"]);
});

test.each(["onStart", "onEnd"] as const)("an exporter that throws in %s costs neither answer nor row", async (when) => {
  const before = rows().length;
  breaks = when;
  expect(await call("watched")).toMatchObject(text("x"));
  expect(await call("strict", { arguments: {} })).toMatchObject({ isError: true });
  expect(rows().slice(before)).toMatchObject([{ outcome: "ok" }, { outcome: "invalid_input" }]);
});

describe("the caller's trace", () => {
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  test("is continued as the request's _meta names it, with a link to the span it was received in", async () => {
    const before = rows().length;
    const ambient = trace.getTracer("http").startSpan("POST /mcp");
    await context.with(trace.setSpan(context.active(), ambient), async () =>
      call("read", { _meta: { traceparent, tracestate: "vendor=1" } }),
    );
    ambient.end();
    const [span] = serverSpans();
    expect(span?.spanContext().traceId).toBe("0af7651916cd43dd8448eb211c80319c");
    expect(span?.spanContext().traceState?.get("vendor")).toBe("1");
    expect(span?.parentSpanContext).toMatchObject({ spanId: "b7ad6b7169203331", isRemote: true });
    expect(span?.links.map((link) => link.context.spanId)).toEqual([ambient.spanContext().spanId]);
    expect(rows()[before]).toMatchObject({
      traceId: "0af7651916cd43dd8448eb211c80319c",
      parentSpanId: "b7ad6b7169203331",
      spanId: span?.spanContext().spanId,
    });
  });

  test("is the ambient one where the request names none: then there is nothing to link", async () => {
    const ambient = trace.getTracer("http").startSpan("POST /mcp");
    await context.with(trace.setSpan(context.active(), ambient), async () => call("read"));
    ambient.end();
    expect(serverSpans()[0]?.parentSpanContext?.spanId).toBe(ambient.spanContext().spanId);
    expect(serverSpans()[0]?.links).toEqual([]);
  });

  test("goes on in the handler: its spans are children of the delivery's", async () => {
    await call("read");
    const query = telemetry.spans().find(({ name }) => name === "query");
    expect(query?.parentSpanContext?.spanId).toBe(serverSpans()[0]?.spanContext().spanId);
  });

  test("is not recorded where the caller samples it away, and the row still names it", async () => {
    const before = rows().length;
    await call("read", { _meta: { traceparent: traceparent.replace(/01$/, "00") } });
    expect(serverSpans()).toEqual([]);
    expect(rows()[before]).toMatchObject({ traceId: "0af7651916cd43dd8448eb211c80319c", outcome: "ok" });
  });

  test.each([
    ["of zeros", "00-00000000000000000000000000000000-b7ad6b7169203331-01"],
    ["of the version that is none", traceparent.replace(/^00/, "ff")],
    ["longer than its version allows", `${traceparent}-more`],
    ["in capitals", traceparent.toUpperCase()],
    ["that is nonsense", "nonsense"],
    ["that is a number", 7],
    ["that is endless", "x".repeat(100_000)],
  ])("is not taken from a traceparent %s", async (_name, wrong) => {
    await call("read", { _meta: { traceparent: wrong } });
    expect(serverSpans()[0]?.parentSpanContext).toBeUndefined();
    expect(serverSpans()).toHaveLength(1);
  });

  test("of a later version is read as far as it is known", async () => {
    await call("read", { _meta: { traceparent: `${traceparent.replace(/^00/, "01")}-more` } });
    expect(serverSpans()[0]?.parentSpanContext?.spanId).toBe("b7ad6b7169203331");
  });
});

describe("the caller's baggage", () => {
  test("is found by the handler", async () => {
    await call("read", { _meta: { baggage: "user=alice, node=DF%2028;ttl=1,=none,bad key=1,half=%E0%A4%A" } });
    expect(seenBaggage).toEqual([
      ["user", "alice"],
      ["node", "DF 28"],
    ]);
  });

  test("stands in the place of the ambient one", async () => {
    const ambient = propagation.createBaggage({ user: { value: "bob" } });
    const inside = propagation.setBaggage(context.active(), ambient);
    await context.with(inside, async () => call("read"));
    expect(seenBaggage).toEqual([["user", "bob"]]);
    await context.with(inside, async () => call("read", { _meta: { baggage: "user=alice" } }));
    expect(seenBaggage).toEqual([["user", "alice"]]);
  });

  test("is bounded: 64 entries, and none of it where it is longer than 8 KiB", async () => {
    const many = Array.from({ length: 200 }, (_, index) => `k${index}=${index}`).join(",");
    await call("read", { _meta: { baggage: many } });
    expect(seenBaggage).toHaveLength(64);
    await call("read", { _meta: { baggage: `${many},long=${"x".repeat(8_192)}` } });
    expect(seenBaggage).toEqual([]);
    await call("read", { _meta: { baggage: { user: "alice" } } });
    expect(seenBaggage).toEqual([]);
  });
});

describe("after its call was answered or given up, a span stays open for the handler's end", () => {
  const lateEvents = () =>
    serverSpans().map(({ events }) => events.map(({ name, attributes }) => ({ name, ...attributes })));
  const completed = { name: "tachograph.late_completion", "tachograph.late_completion.handler": "returned" };

  test("which is an event of a call that was given up; the row stays as it was written", async () => {
    const before = rows().length;
    const params = { name: "patient" };
    await expect(server.client.callTool(params, undefined, { timeout: 30 })).rejects.toThrow(/timed out/);
    await expect.poll(() => rows().length, PATIENT).toBe(before + 1);
    expect(serverSpans()).toEqual([]);
    finishSlow();
    await expect.poll(lateEvents, PATIENT).toEqual([[completed]]);
    expect(rows().slice(before)).toMatchObject([{ outcome: "cancelled", effect: "unknown", phase: "executed" }]);
    expect(serverSpans()[0]).toMatchObject({
      attributes: { "tachograph.outcome": "cancelled", "error.type": "cancelled" },
      status: { code: SpanStatusCode.UNSET },
    });
  });

  test("and of one that took too long", async () => {
    await call("slow");
    expect(serverSpans()).toEqual([]);
    finishSlow();
    await expect.poll(lateEvents, PATIENT).toEqual([[completed]]);
    expect(serverSpans()[0]).toMatchObject({
      attributes: { "tachograph.outcome": "timeout", "error.type": "tool_error" },
      status: { code: SpanStatusCode.ERROR },
    });
  });

  test("until the recorders are closed: an SDK that is shut down then exports it all the same", async () => {
    const other = await connectV1(registerTools, {
      journalDirectory: newDirectory(),
      tools: { slow: { timeout: 20 } },
    });
    await other.client.callTool({ name: "slow" });
    expect(serverSpans()).toEqual([]);
    await other.close();
    await closeRecorders();
    expect(lateEvents()).toEqual([[]]);
    finishSlow();
    await new Promise(setImmediate);
    expect(serverSpans()).toHaveLength(1);
  });
});

test("over HTTP the span names the transport and its session, whatever the conversation is called", async () => {
  const mcp = tachograph(new McpServer({ name: "orders", version: "1" }), { journalDirectory: newDirectory() });
  registerTools(mcp);
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => "mcp-session-1" });
  await mcp.connect(transport);
  const http = createServer((request, response) => void transport.handleRequest(request, response));
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const client = new Client({ name: "claude-code", version: "1" });
  const url = new URL(`http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`);
  await client.connect(new StreamableHTTPClientTransport(url));
  await client.callTool({ name: "read", _meta: { "claudecode/sessionId": "conversation-1" } });
  expect(serverSpans()[0]?.attributes).toMatchObject({ "mcp.session.id": "mcp-session-1", "network.transport": "tcp" });
  await client.close();
  await transport.close();
  http.close();
});

test("an error of the protocol gives the span its code, and is the server's fault only where it is not the caller's", async () => {
  const low = await connectV1(
    (mcp) => {
      mcp.server.registerCapabilities({ tools: {} });
    },
    { journalDirectory: newDirectory() },
  );
  await expect(low.client.callTool({ name: "any" })).rejects.toThrow(McpError);
  expect(serverSpans()[0]).toMatchObject({
    name: "tools/call",
    attributes: { "error.type": "-32601", "rpc.response.status_code": "-32601", "tachograph.outcome": "unknown_tool" },
    status: { code: SpanStatusCode.UNSET },
  });
  await low.close();
});
