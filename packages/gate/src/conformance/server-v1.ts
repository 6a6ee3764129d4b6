import { completable } from "@modelcontextprotocol/sdk/server/completable.js";
import { McpServer, ResourceTemplate } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { RequestHandlerExtra } from "@modelcontextprotocol/sdk/shared/protocol.js";
import {
  CreateMessageResultSchema,
  ElicitResultSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
  type ServerNotification,
  type ServerRequest,
} from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import type { GateOptions } from "../options.ts";
import { tachograph } from "../tachograph.ts";
import { prompts, resources, text } from "./blocks.ts";
import { tools, type Caller } from "./tools.ts";

/** A 1.x server with all that the suite asks for, behind a gate where `gate` has options. */
export function buildServerV1(gate: GateOptions | null): McpServer {
  const capabilities = { logging: {}, completions: {}, resources: { subscribe: true } };
  const server = new McpServer({ name: "conformance-v1", version: "1.0.0" }, { capabilities });
  if (gate) tachograph(server, gate);
  for (const [name, tool] of Object.entries(tools)) {
    const description = `Conformance tool ${name}`;
    if (tool.input === undefined) {
      server.registerTool(name, { description }, async (extra) => ({
        content: await tool.run({}, callerOf(server, extra)),
      }));
    } else {
      server.registerTool(name, { description, inputSchema: tool.input }, async (args, extra) => ({
        content: await tool.run(args as Record<string, string>, callerOf(server, extra)),
      }));
    }
  }
  server.registerTool(
    "json_schema_2020_12_tool",
    { description: "JSON Schema 2020-12", inputSchema: z.strictObject({ name: z.string().optional() }) },
    () => ({ content: [text("done")] }),
  );
  registerResources(server);
  registerPrompts(server);
  return server;
}

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

const callerOf = (server: McpServer, extra: Extra): Caller => ({
  log: async (data) => server.sendLoggingMessage({ level: "info", data }, extra.sessionId),
  async progress(done) {
    const progressToken = extra._meta?.progressToken;
    if (progressToken === undefined) return;
    const params = { progressToken, progress: done, total: 100 };
    await extra.sendNotification({ method: "notifications/progress", params });
  },
  sample: async (prompt) => {
    const params = { messages: [{ role: "user" as const, content: text(prompt) }], maxTokens: 100 };
    return extra.sendRequest({ method: "sampling/createMessage", params }, CreateMessageResultSchema);
  },
  elicit: async (message, requestedSchema) =>
    extra.sendRequest({ method: "elicitation/create", params: { message, requestedSchema } }, ElicitResultSchema),
  closeStream: () => extra.closeSSEStream?.(),
});

function registerResources(server: McpServer): void {
  server.registerResource("static-text", resources.text.uri, { description: "Text" }, () => ({
    contents: [resources.text],
  }));
  server.registerResource("static-binary", resources.binary.uri, { description: "Binary" }, () => ({
    contents: [resources.binary],
  }));
  const template = new ResourceTemplate("test://template/{id}/data", { list: undefined });
  server.registerResource("template", template, { description: "Template" }, (uri, { id }) => ({
    contents: [resources.fromTemplate(uri.href, String(id))],
  }));
  server.registerResource("watched", "test://watched-resource", { description: "Watched" }, (uri) => ({
    contents: [{ uri: uri.href, mimeType: "text/plain", text: "Watched" }],
  }));
  server.server.setRequestHandler(SubscribeRequestSchema, () => ({}));
  server.server.setRequestHandler(UnsubscribeRequestSchema, () => ({}));
}

function registerPrompts(server: McpServer): void {
  server.registerPrompt("test_simple_prompt", { description: "Simple" }, () => prompts.simple());
  const argsSchema = { arg1: completable(z.string(), (value) => [`${value}ing`]), arg2: z.string() };
  server.registerPrompt("test_prompt_with_arguments", { description: "Arguments", argsSchema }, ({ arg1, arg2 }) =>
    prompts.withArguments(arg1, arg2),
  );
  server.registerPrompt(
    "test_prompt_with_embedded_resource",
    { description: "Resource", argsSchema: { resourceUri: z.string() } },
    ({ resourceUri }) => prompts.withResource(resourceUri),
  );
  server.registerPrompt("test_prompt_with_image", { description: "Image" }, () => prompts.withImage());
}
