import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import type { CallRecord } from "@tachograph/record";
import { rowsIn } from "./failure-matrix/read-journal.ts";
import { MODERN, modernMeta } from "./failure-matrix/wire.ts";
import type { GateOptions } from "./options.ts";
import { tachograph } from "./tachograph.ts";
import type { TestTool } from "./testing-enforced.ts";
import { newDirectory } from "./testing-gate.ts";

export interface Modern {
  /** One `tools/call` of the current protocol; gives its result. */
  call(name: string, args: object, more: object): Promise<Record<string, unknown>>;
  rows(): CallRecord[];
  close(): Promise<void>;
}

/** A stateless server of the current protocol: a gate for every request, over one set of options. */
export async function serveModern(tools: Record<string, TestTool>, given: GateOptions): Promise<Modern> {
  const directory = newDirectory();
  const options = { ...given, journalDirectory: directory };
  const handler = createMcpHandler(() => {
    const server = tachograph(new McpServer({ name: "orders", version: "1" }), options);
    for (const [name, { input, run }] of Object.entries(tools)) {
      (server.registerTool as (...args: unknown[]) => unknown)(
        name,
        { inputSchema: input },
        async (args: Record<string, unknown>, context: unknown) => run(args, context),
      );
    }
    return server;
  });
  let id = 0;
  return {
    rows: () => rowsIn(directory),
    close: async () => Promise.resolve(),
    async call(name, args, more) {
      const params = { name, arguments: args, _meta: modernMeta, ...more };
      const response = await handler.fetch(
        new Request("http://127.0.0.1/mcp", {
          method: "POST",
          headers: {
            "content-type": "application/json",
            accept: "application/json, text/event-stream",
            "mcp-protocol-version": MODERN,
            "mcp-method": "tools/call",
            "mcp-name": name,
          },
          body: JSON.stringify({ jsonrpc: "2.0", id: ++id, method: "tools/call", params }),
        }),
        { authInfo: { token: "t", clientId: "ann", scopes: [] } },
      );
      const body = await response.text();
      const json = body.startsWith("{") ? body : (/^data: (\{.*\})$/m.exec(body)?.[1] ?? "{}");
      const { result, error } = JSON.parse(json) as { result?: Record<string, unknown>; error?: unknown };
      return result ?? { error };
    },
  };
}
