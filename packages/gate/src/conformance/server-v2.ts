import {
  completable,
  fromJsonSchema,
  McpServer,
  ResourceTemplate,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import type { GateOptions } from "../options.ts";
import { tachograph } from "../tachograph.ts";
import { draft2020, prompts, resources, text } from "./blocks.ts";
import { tools, type Caller } from "./tools.ts";

/** A 2.x server with all that the suite asks for, behind a gate where `gate` has options. */
export function buildServerV2(gate: GateOptions | null): McpServer {
  const capabilities = { logging: {}, completions: {}, resources: { subscribe: true } };
  const server = new McpServer({ name: "conformance-v2", version: "1.0.0" }, { capabilities });
  if (gate) tachograph(server, gate);
  for (const [name, tool] of Object.entries(tools)) {
    const description = `Conformance tool ${name}`;
    if (tool.input === undefined) {
      server.registerTool(name, { description }, async (ctx) => ({ content: await tool.run({}, callerOf(ctx)) }));
    } else {
      server.registerTool(name, { description, inputSchema: tool.input }, async (args, ctx) => ({
        content: await tool.run(args as Record<string, string>, callerOf(ctx)),
      }));
    }
  }
  server.registerTool(
    "json_schema_2020_12_tool",
    { description: "JSON Schema 2020-12", inputSchema: fromJsonSchema(draft2020) },
    () => ({ content: [text("done")] }),
  );
  registerResources(server);
  registerPrompts(server);
  return server;
}

const callerOf = ({ mcpReq, http }: ServerContext): Caller => ({
  log: async (data) => mcpReq.log("info", data),
  async progress(done) {
    const progressToken = mcpReq._meta?.progressToken;
    if (progressToken === undefined) return;
    await mcpReq.notify({ method: "notifications/progress", params: { progressToken, progress: done, total: 100 } });
  },
  sample: async (prompt) =>
    mcpReq.requestSampling({ messages: [{ role: "user", content: text(prompt) }], maxTokens: 100 }),
  elicit: async (message, requestedSchema) => mcpReq.elicitInput({ message, requestedSchema }),
  closeStream: () => http?.closeSSE?.(),
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
  server.server.setRequestHandler("resources/subscribe", () => ({}));
  server.server.setRequestHandler("resources/unsubscribe", () => ({}));
}

function registerPrompts(server: McpServer): void {
  server.registerPrompt("test_simple_prompt", { description: "Simple" }, () => prompts.simple());
  const argsSchema = z.object({ arg1: completable(z.string(), (value) => [`${value}ing`]), arg2: z.string() });
  server.registerPrompt("test_prompt_with_arguments", { description: "Arguments", argsSchema }, ({ arg1, arg2 }) =>
    prompts.withArguments(arg1, arg2),
  );
  server.registerPrompt(
    "test_prompt_with_embedded_resource",
    { description: "Resource", argsSchema: z.object({ resourceUri: z.string() }) },
    ({ resourceUri }) => prompts.withResource(resourceUri),
  );
  server.registerPrompt("test_prompt_with_image", { description: "Image" }, () => prompts.withImage());
}
