import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
  CallToolRequestSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
  ToolSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { tachograph } from "@tachograph/gate";
import { z } from "zod";
import { fileTools } from "./file-tools.ts";

async function callTool(root: string, name: string, args: unknown): Promise<string> {
  const tool = fileTools.get(name);
  if (!tool) throw new McpError(ErrorCode.InvalidParams, `Unknown tool: ${name}`);
  try {
    return await tool.call(args ?? {}, root);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    throw new McpError(ErrorCode.InvalidParams, `Invalid arguments for ${name}: ${z.prettifyError(error)}`);
  }
}

/** Files below one directory. The low-level server of SDK v1, with hand-written handlers that the gate validates for. */
export function createFilesServer(root: string): Server {
  const server = tachograph(new Server({ name: "files", version: "1.1.0" }, { capabilities: { tools: {} } }), {
    defaults: { validate: true, errors: true },
  });

  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: [...fileTools].map(([name, { description, annotations, schema }]) =>
      ToolSchema.parse({ name, description, annotations, inputSchema: z.toJSONSchema(schema) }),
    ),
  }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }) => ({
    content: [{ type: "text", text: await callTool(root, params.name, params.arguments) }],
  }));
  return server;
}
