// A gated stdio server for the worker's tests: a process that can be killed.
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { tachograph } from "@tachograph/gate";

const server = tachograph(new McpServer({ name: "orders", version: "1.4.0" }));
server.registerTool("refund", {}, () => ({ content: [{ type: "text", text: "refunded" }] }));
server.registerTool("slow", {}, () => new Promise<never>(() => undefined));
await server.connect(new StdioServerTransport());
