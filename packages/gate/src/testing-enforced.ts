import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport as MemoryV1 } from "@modelcontextprotocol/sdk/inMemory.js";
import { Server as ServerV1 } from "@modelcontextprotocol/sdk/server/index.js";
import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import {
  InMemoryTransport as MemoryV2,
  McpServer as McpServerV2,
  Server as ServerV2,
} from "@modelcontextprotocol/server";
import type { CallRecord, ErrorPayload } from "@tachograph/record";
import { z } from "zod";
import { rowsIn } from "./failure-matrix/read-journal.ts";
import type { AuthInfo, GateOptions } from "./options.ts";
import { tachograph } from "./tachograph.ts";
import { newDirectory } from "./testing-gate.ts";

export const serverKinds = ["v1", "v2", "v1-low", "v2-low"] as const;
export type ServerKind = (typeof serverKinds)[number];

export type ToolAnswer = {
  content: { type: "text"; text: string }[];
  structuredContent?: Record<string, unknown>;
  isError?: boolean;
};

/** A tool for the tests, registered with zod or listed with JSON Schema. */
export interface TestTool {
  input?: z.ZodObject;
  output?: z.ZodObject;
  annotations?: object;
  run: (args: Record<string, unknown>, extra: unknown) => unknown;
}

/** What a client was answered. */
export interface Answered {
  isError: boolean;
  text: string;
  /** The line of JSON that a model sees. */
  told: ErrorPayload;
  structuredContent: Record<string, unknown> | undefined;
  meta: Record<string, unknown>;
}

export interface Enforced {
  call: (name: string, args?: object, more?: { meta?: object; authInfo?: AuthInfo | undefined }) => Promise<Answered>;
  /** Arguments with which each handler was really entered, counted by the handlers themselves. */
  entered: { tool: string; args: Record<string, unknown> }[];
  rows: () => CallRecord[];
  /** The last row. */
  row: () => CallRecord;
  client: ClientV1;
  directory: string;
  close: () => Promise<void>;
}

interface Registrar {
  registerTool(name: string, config: object, callback: (...args: unknown[]) => unknown): unknown;
}

/** A gated server of the kind in memory, with a real client. `authInfo` is what an HTTP layer would have verified. */
export async function serveEnforced(
  kind: ServerKind,
  tools: Record<string, TestTool>,
  options: GateOptions,
  authInfo?: AuthInfo,
): Promise<Enforced> {
  const directory = options.journalDirectory ?? newDirectory();
  const entered: Enforced["entered"] = [];
  const gate = { ...options, journalDirectory: directory };
  const info = { name: "orders", version: "1.4.0" };
  const run = async (name: string, args: Record<string, unknown>, extra: unknown): Promise<unknown> => {
    entered.push({ tool: name, args });
    return (tools[name] as TestTool).run(args, extra);
  };
  const server = serverOf();
  const [near, far] = (kind.startsWith("v1") ? MemoryV1 : MemoryV2).createLinkedPair();
  const send = near.send.bind(near) as (message: unknown, more?: object) => Promise<void>;
  let verified = authInfo;
  near.send = async (message: unknown, more?: object) =>
    send(message, {
      ...more,
      ...(verified === undefined ? {} : { authInfo: { token: "t0ken", clientId: "c", scopes: [], ...verified } }),
    });
  await (server as { connect(transport: unknown): Promise<void> }).connect(far);
  const client = new ClientV1({ name: "claude-code", version: "2.1.330" });
  await client.connect(near);
  return {
    entered,
    directory,
    client,
    rows: () => rowsIn(directory),
    row: () => rowsIn(directory).at(-1) as CallRecord,
    async call(name, args = {}, more = {}) {
      verified = "authInfo" in more ? more.authInfo : authInfo;
      const params = { name, arguments: { ...args }, ...(more.meta === undefined ? {} : { _meta: { ...more.meta } }) };
      return answeredBy(await client.callTool(params));
    },
    close: async () => client.close(),
  };

  function serverOf(): unknown {
    if (kind === "v1" || kind === "v2") {
      const high = kind === "v1" ? new McpServerV1(info) : new McpServerV2(info);
      tachograph(high, gate);
      for (const [name, { input, output, annotations }] of Object.entries(tools)) {
        const config = {
          annotations,
          ...(input ? { inputSchema: input } : {}),
          ...(output ? { outputSchema: output } : {}),
        };
        (high as unknown as Registrar).registerTool(name, config, async (...call) =>
          run(name, input ? (call[0] as Record<string, unknown>) : {}, call.at(-1)),
        );
      }
      return high;
    }
    const listing = Object.entries(tools).map(([name, { input, output, annotations }]) => ({
      name,
      annotations,
      inputSchema: input ? z.toJSONSchema(input, { io: "input" }) : { type: "object" },
      ...(output ? { outputSchema: z.toJSONSchema(output) } : {}),
    }));
    if (kind === "v1-low") {
      const low = tachograph(new ServerV1(info, { capabilities: { tools: {} } }), gate);
      low.setRequestHandler(ListToolsRequestSchema, () => ({ tools: listing }));
      low.setRequestHandler(
        CallToolRequestSchema,
        async ({ params }, extra) => (await run(params.name, params.arguments ?? {}, extra)) as never,
      );
      return low;
    }
    const low = tachograph(new ServerV2(info, { capabilities: { tools: {} } }), gate);
    low.setRequestHandler("tools/list", () => ({ tools: listing }) as never);
    low.setRequestHandler(
      "tools/call",
      async ({ params }, ctx) => (await run(params.name, params.arguments ?? {}, ctx)) as never,
    );
    return low;
  }
}

export function answeredBy(result: unknown): Answered {
  const { content, isError, structuredContent, _meta } = result as ToolAnswer & { _meta?: Record<string, unknown> };
  const text = content.map((block) => block.text).join("\n");
  const line = text.slice(text.lastIndexOf("\n") + 1);
  return {
    isError: isError === true,
    text,
    told: (line.startsWith("{") ? JSON.parse(line) : {}) as ErrorPayload,
    structuredContent,
    meta: _meta ?? {},
  };
}
