import { InMemoryTaskMessageQueue, InMemoryTaskStore } from "@modelcontextprotocol/sdk/experimental/tasks/index.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { registerTools } from "@modelcontextprotocol/server-everything/dist/tools/index.js";
import { registerSimulateResearchQueryTool } from "@modelcontextprotocol/server-everything/dist/tools/simulate-research-query.js";
import { tachograph } from "@tachograph/gate";

/** What the server calls itself. */
export const everythingIdentity = { name: "mcp-servers/everything", version: "2026.1.26" };

/**
 * The reference server of the protocol's own project, its tools unchanged from npm. Its `createServer` registers them
 * before it returns, too late for the gate, so the server is made here and its own functions register the tools.
 */
export function createEverythingServer(): McpServer {
  const server = tachograph(
    new McpServer(everythingIdentity, {
      capabilities: { tools: { listChanged: true }, logging: {}, tasks: { requests: { tools: { call: {} } } } },
      taskStore: new InMemoryTaskStore(),
      taskMessageQueue: new InMemoryTaskMessageQueue(),
    }),
  );
  registerTools(server);
  registerSimulateResearchQueryTool(server);
  return server;
}
