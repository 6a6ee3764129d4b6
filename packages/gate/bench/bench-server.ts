import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport as StdioV1 } from "@modelcontextprotocol/sdk/server/stdio.js";
import { McpServer as McpServerV2 } from "@modelcontextprotocol/server";
import { StdioServerTransport as StdioV2 } from "@modelcontextprotocol/server/stdio";
import { NoopSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { z } from "zod";
import { tachograph } from "../src/index.ts";

export const sdks = ["v1", "v2"] as const;
export type Sdk = (typeof sdks)[number];
export const setups = ["bare", "span", "gate", "enforce"] as const;
export type Setup = (typeof setups)[number];

/** A server with one reading and one writing tool whose handlers do nothing, so that what is measured is around them. */
export function benchServer(
  sdk: Sdk,
  setup: Setup,
  journalDirectory: string,
): { connect(transport: unknown): Promise<void> } {
  const info = { name: "bench", version: "1.0.0" };
  const server = (sdk === "v1" ? new McpServerV1(info) : new McpServerV2(info)) as McpServerV2;
  if (setup === "gate") tachograph(server, { journalDirectory });
  if (setup === "enforce") {
    const rules = { few: ({ args }: { args: Record<string, unknown> }) => Number(args["quantity"]) < 100 };
    tachograph(server, {
      journalDirectory,
      defaults: { validate: true, errors: true },
      tools: { read: { rules }, write: { rules } },
    });
  }
  const tracer = new TracerProvider({ spanProcessors: [new NoopSpanProcessor()] }).getTracer("bench");
  const inputSchema = z.object({ order: z.string(), quantity: z.number(), note: z.string() });
  for (const [name, annotations] of [
    ["read", { readOnlyHint: true }],
    ["write", {}],
  ] as const) {
    const handler = async ({ order }: { order: string }): Promise<{ content: { type: "text"; text: string }[] }> => ({
      content: [{ type: "text", text: `order ${order} is on its way` }],
    });
    server.registerTool(name, { description: "An order", inputSchema, annotations }, async (args) => {
      if (setup !== "span") return handler(args);
      return tracer.startActiveSpan(`tools/call ${name}`, async (span) => {
        span.setAttributes({ "mcp.method.name": "tools/call", "gen_ai.tool.name": name });
        const result = await handler(args);
        span.end();
        return result;
      });
    });
  }
  server.registerTool("cpu", {}, () => {
    const { user, system } = process.cpuUsage();
    return { content: [{ type: "text", text: String(user + system) }] };
  });
  return server;
}

if (import.meta.main) {
  const [, , sdk, setup, journalDirectory] = process.argv as [string, string, Sdk, Setup, string];
  await benchServer(sdk, setup, journalDirectory).connect(sdk === "v1" ? new StdioV1() : new StdioV2());
}
