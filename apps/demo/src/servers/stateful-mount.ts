import { randomUUID } from "node:crypto";
import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { HttpMount } from "./http-mount.ts";

/** Streamable HTTP with sessions, as SDK v1 teaches it: one server and one transport for each `Mcp-Session-Id`. */
export function statefulMount(createServer: () => McpServer): HttpMount {
  const transports = new Map<string, StreamableHTTPServerTransport>();
  return async (request, response) => {
    const sessionId = request.headers["mcp-session-id"];
    if (typeof sessionId === "string") {
      const transport = transports.get(sessionId);
      if (transport) return transport.handleRequest(request, response);
      const error = { jsonrpc: "2.0", error: { code: -32001, message: "Session not found" }, id: null };
      response.writeHead(404, { "content-type": "application/json" }).end(JSON.stringify(error));
      return;
    }
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void transports.set(id, transport),
      onsessionclosed: (id) => void transports.delete(id),
    });
    await createServer().connect(transport);
    await transport.handleRequest(request, response);
  };
}
