import { Server as ServerV1 } from "@modelcontextprotocol/sdk/server/index.js";
import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import {
  CallToolRequestSchema,
  ListToolsRequestSchema,
  McpError,
  UrlElicitationRequiredError,
  type CallToolResult,
} from "@modelcontextprotocol/sdk/types.js";
import {
  inputRequired,
  McpServer as McpServerV2,
  ProtocolError,
  Server as ServerV2,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import { tachograph } from "../tachograph.ts";
import type { GateOptions } from "../options.ts";

export const kinds = ["v1", "v1-low", "v2", "v2-low"] as const;
export type Kind = (typeof kinds)[number];

interface Tool {
  annotations?: { readOnlyHint?: boolean; destructiveHint?: boolean };
  input?: z.ZodObject;
  output?: z.ZodObject;
  run: (args: Record<string, unknown>, signal: AbortSignal) => unknown;
}

const text = (value: string): CallToolResult => ({ content: [{ type: "text", text: value }] });
const fail = (message: string, fields: object): never => {
  throw Object.assign(new Error(message), fields);
};

/** What the handlers of this process were asked to do, by tool. */
export const executed: string[] = [];

export const tools: Record<string, Tool> = {
  read_echo: {
    annotations: { readOnlyHint: true },
    input: z.object({ text: z.string() }),
    run: ({ text: value }) => text(String(value)),
  },
  write: { input: z.object({ amount: z.number() }), run: ({ amount }) => text(`wrote ${String(amount)}`) },
  remove: { annotations: { destructiveHint: true }, run: () => text("removed") },
  strict_date: {
    input: z.strictObject({ date: z.string().regex(/^\d{4}-\d\d-\d\d$/), note: z.string().optional() }),
    run: () => text("booked"),
  },
  throws: { run: () => fail("the ledger is locked", {}) },
  throws_never_sent: {
    run: () => fail("fetch failed", { cause: Object.assign(new Error("connect"), { code: "ECONNREFUSED" }) }),
  },
  throws_reset: { run: () => fail("read ECONNRESET", { code: "ECONNRESET" }) },
  throws_nothing: {
    run: () => {
      // A handler may throw anything at all.
      throw undefined;
    },
  },
  returns_error: { run: () => ({ ...text("no such order"), isError: true }) },
  read_returns_error: { annotations: { readOnlyHint: true }, run: () => ({ ...text("no such order"), isError: true }) },
  breaks_output: {
    output: z.object({ total: z.number() }),
    run: () => ({ ...text("done"), structuredContent: { total: "twelve" } }),
  },
  no_result: { run: () => ({ content: "this is no list of blocks" }) },
  unwritable: { run: () => ({ ...text("done"), structuredContent: { id: 10n } }) },
  waits: {
    input: z.object({ ms: z.number() }),
    run: ({ ms }) => new Promise((resolve) => setTimeout(() => resolve(text("late")), Number(ms))),
  },
  switched_off: { run: () => text("never") },
};

const signalOf = (extra: unknown): AbortSignal => {
  const { signal, mcpReq } = extra as { signal?: AbortSignal; mcpReq?: { signal: AbortSignal } };
  return (signal ?? mcpReq?.signal) as AbortSignal;
};

/** A server of the given kind with the matrix's tools, behind a gate where `gate` has options. */
export function buildServer(kind: Kind, gate: GateOptions | null): McpServerV1 | ServerV1 | McpServerV2 | ServerV2 {
  const info = { name: `matrix-${kind}`, version: "1.0.0" };
  switch (kind) {
    case "v1": {
      const server = new McpServerV1(info);
      if (gate) tachograph(server, gate);
      registerAll(server as never);
      server.registerTool("asks_url", {}, () => {
        throw new UrlElicitationRequiredError([
          { mode: "url", elicitationId: "e1", url: "https://example.com/", message: "sign in" },
        ]);
      });
      return server;
    }
    case "v2": {
      const server = new McpServerV2(info);
      if (gate) tachograph(server, gate);
      registerAll(server as never);
      server.registerTool("asks_input", {}, (ctx) =>
        ctx.mcpReq.inputResponses === undefined
          ? inputRequired({
              inputRequests: {
                confirm: inputRequired.elicit({
                  message: "Really?",
                  requestedSchema: { type: "object", properties: { yes: { type: "boolean" } } },
                }),
              },
            })
          : text("confirmed"),
      );
      return server;
    }
    case "v1-low": {
      const server = new ServerV1(info, { capabilities: { tools: {} } });
      if (gate) tachograph(server, gate);
      server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: listing() }));
      server.setRequestHandler(
        CallToolRequestSchema,
        (request, extra) => dispatch(request.params, extra, (code, message) => new McpError(code, message)) as never,
      );
      return server;
    }
    case "v2-low": {
      const server = new ServerV2(info, { capabilities: { tools: {} } });
      if (gate) tachograph(server, gate);
      server.setRequestHandler("tools/list", () => ({ tools: listing() }));
      server.setRequestHandler(
        "tools/call",
        (request, ctx) => dispatch(request.params, ctx, (code, message) => new ProtocolError(code, message)) as never,
      );
      return server;
    }
  }
}

interface Registrar {
  registerTool(name: string, config: object, callback: (...args: unknown[]) => unknown): { disable(): void };
}

function registerAll(server: Registrar): void {
  for (const [name, tool] of Object.entries(tools)) {
    const { annotations, input, output } = tool;
    const config = {
      annotations,
      ...(input ? { inputSchema: input } : {}),
      ...(output ? { outputSchema: output } : {}),
    };
    const registered = server.registerTool(name, config, (...call) => {
      executed.push(name);
      return tool.run(input ? (call[0] as Record<string, unknown>) : {}, signalOf(call.at(-1)));
    });
    if (name === "switched_off") registered.disable();
  }
}

const listing = (): { name: string; inputSchema: { type: "object" }; annotations?: object }[] =>
  Object.entries(tools)
    .filter(([name]) => name !== "switched_off")
    .map(([name, { annotations }]) => ({ name, inputSchema: { type: "object" }, annotations }));

async function dispatch(
  params: { name: string; arguments?: Record<string, unknown> },
  extra: unknown,
  errorOf: (code: number, message: string) => Error,
): Promise<unknown> {
  const tool = Object.hasOwn(tools, params.name) && params.name !== "switched_off" ? tools[params.name] : undefined;
  if (tool === undefined) throw errorOf(-32602, `Tool ${params.name} not found`);
  const parsed = tool.input?.safeParse(params.arguments ?? {});
  if (parsed?.success === false) throw errorOf(-32602, `Invalid arguments: ${parsed.error.issues[0]?.message}`);
  executed.push(params.name);
  return tool.run(params.arguments ?? {}, signalOf(extra));
}
