// The package is a program and ships no types; these are the two of its modules that we mount.
declare module "@modelcontextprotocol/server-everything/dist/tools/index.js" {
  import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
  export function registerTools(server: McpServer): void;
}
declare module "@modelcontextprotocol/server-everything/dist/tools/simulate-research-query.js" {
  import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
  export function registerSimulateResearchQueryTool(server: McpServer): void;
}
