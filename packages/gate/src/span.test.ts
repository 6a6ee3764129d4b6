import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { context, propagation, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider, type ReadableSpan } from "@opentelemetry/sdk-trace";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { rowsIn } from "./failure-matrix/read-journal.ts";
import { closeRecorders } from "./recorder.ts";
import { tachograph } from "./tachograph.ts";

const exporter = new InMemorySpanExporter();
const directory = mkdtempSync(join(tmpdir(), "tachograph-span-"));
let client: Client;

beforeAll(async () => {
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const server = tachograph(new McpServer({ name: "orders", version: "1" }), { journalDirectory: directory });
  server.registerTool("read", { annotations: { readOnlyHint: true } }, () => {
    trace.getTracer("handler").startSpan("query").end();
    return { content: [{ type: "text", text: "x" }] };
  });
  server.registerTool("throws", {}, () => {
    throw new Error("Authorization: Bearer plantedInASpan123");
  });
  server.registerTool("strict", { inputSchema: { date: z.iso.date() } }, () => ({ content: [] }));
  server.registerTool("slow", {}, async () => {
    await new Promise((resolve) => setTimeout(resolve, 150));
    return { content: [] };
  });
  client = new Client({ name: "claude-code", version: "1" });
  const [near, far] = InMemoryTransport.createLinkedPair();
  await server.connect(far);
  await client.connect(near);
});
beforeEach(() => exporter.reset());
afterAll(async () => {
  await client.close();
  await closeRecorders();
  trace.disable();
  context.disable();
  propagation.disable();
  rmSync(directory, { recursive: true });
});

const serverSpans = (): ReadableSpan[] => exporter.getFinishedSpans().filter(({ kind }) => kind === SpanKind.SERVER);

test("each delivery is exactly one server span, with the ids that its row has", async () => {
  const before = rowsIn(directory).length;
  await client.callTool({ name: "read", _meta: { "claudecode/toolUseId": "toolu_9" } });
  await client.callTool({ name: "strict", arguments: { date: "6/6" } });
  await client.callTool({ name: "no_such_tool" });
  await client.callTool({ name: "throws" });
  const rows = rowsIn(directory).slice(before);
  const spans = serverSpans();
  expect(spans.map(({ name }) => name)).toEqual([
    "tools/call read",
    "tools/call strict",
    "tools/call no_such_tool",
    "tools/call throws",
  ]);
  expect(spans.map((span) => [span.spanContext().traceId, span.spanContext().spanId])).toEqual(
    rows.map(({ traceId, spanId }) => [traceId, spanId]),
  );
  expect(spans[0]?.attributes).toMatchObject({
    "mcp.method.name": "tools/call",
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": "read",
    "gen_ai.tool.call.id": "toolu_9",
    "mcp.protocol.version": "2025-11-25",
    "tachograph.outcome": "ok",
    "tachograph.effect": "none",
    "tachograph.call.id": rows[0]?.id,
  });
  expect(spans.map(({ attributes }) => attributes["error.type"])).toEqual([
    undefined,
    "invalid_input",
    "unknown_tool",
    "tool_error",
  ]);
  // A refusal is the client's mistake, not an error of the server.
  expect(spans.map(({ status }) => status.code)).toEqual([
    SpanStatusCode.UNSET,
    SpanStatusCode.UNSET,
    SpanStatusCode.UNSET,
    SpanStatusCode.ERROR,
  ]);
  const exported = JSON.stringify(
    spans.map(({ name, attributes, events, status }) => ({ name, attributes, events, status })),
  );
  expect(exported).not.toContain("plantedInASpan123");
});

test("the span continues the trace that the request's _meta names, and links to the span it was received in", async () => {
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const before = rowsIn(directory).length;
  const ambient = trace.getTracer("http").startSpan("POST /mcp");
  await context.with(trace.setSpan(context.active(), ambient), async () =>
    client.callTool({ name: "read", _meta: { traceparent } }),
  );
  ambient.end();
  const [span] = serverSpans();
  expect(span?.spanContext().traceId).toBe("0af7651916cd43dd8448eb211c80319c");
  expect(span?.parentSpanContext?.spanId).toBe("b7ad6b7169203331");
  expect(span?.links.map((link) => link.context.spanId)).toEqual([ambient.spanContext().spanId]);
  expect(rowsIn(directory)[before]).toMatchObject({
    traceId: "0af7651916cd43dd8448eb211c80319c",
    parentSpanId: "b7ad6b7169203331",
    spanId: span?.spanContext().spanId,
  });
});

test("a handler's own spans are children of the delivery's", async () => {
  await client.callTool({ name: "read" });
  const query = exporter.getFinishedSpans().find(({ name }) => name === "query");
  expect(query?.parentSpanContext?.spanId).toBe(serverSpans()[0]?.spanContext().spanId);
});

test("a traceparent that is none is ignored", async () => {
  for (const traceparent of [
    "00-00000000000000000000000000000000-b7ad6b7169203331-01",
    "nonsense",
    7,
    "x".repeat(100_000),
  ]) {
    await client.callTool({ name: "read", _meta: { traceparent } });
  }
  expect(serverSpans()).toHaveLength(4);
  expect(serverSpans().every(({ parentSpanContext }) => parentSpanContext === undefined)).toBe(true);
});

test("the late completion of a call that was given up is an event of its span; the row stays as it was written", async () => {
  const before = rowsIn(directory).length;
  await expect(client.callTool({ name: "slow" }, undefined, { timeout: 30 })).rejects.toThrow(/timed out/);
  await expect.poll(() => serverSpans().length).toBe(1);
  expect(serverSpans()[0]?.events.map(({ name }) => name)).toEqual(["tachograph.late_completion"]);
  expect(rowsIn(directory).slice(before)).toMatchObject([
    { outcome: "cancelled", effect: "unknown", phase: "executed" },
  ]);
});
