import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { getDefaultEnvironment, StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { CallToolResultSchema, CreateTaskResultSchema, JSONRPCMessageSchema } from "@modelcontextprotocol/sdk/types.js";
import { answerOf } from "./answer.ts";
import { serverEnvironment, type Connection, type ConnectOptions, type Target } from "./connection.ts";
import { noteMessage, notingFetch } from "./delivery-log.ts";

function transportFor(target: Target): StdioClientTransport | StreamableHTTPClientTransport {
  if (target.kind === "stdio") {
    const { command, args, environment } = target;
    const transport = new StdioClientTransport({
      command,
      args,
      env: serverEnvironment(getDefaultEnvironment(), environment),
    });
    const send = transport.send.bind(transport);
    transport.send = (message) => {
      noteMessage(message);
      return send(message);
    };
    return transport;
  }
  const { url, credentials } = target;
  return new StreamableHTTPClientTransport(url, {
    requestInit: { headers: credentials.headers },
    fetch: (input, init) => {
      const headers = new Headers(init?.headers);
      const token = credentials.token();
      if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
      return notingFetch(input, { ...init, headers });
    },
  });
}

/** Connects a client of SDK v1. */
export async function connectV1({ target, client: clientInfo }: ConnectOptions): Promise<Connection> {
  const transport = transportFor(target);
  const client = new Client(clientInfo);
  await client.connect(transport);
  return {
    call: async ({ name, arguments: args, meta, timeoutMs, onProgress, signal, asTask }) => {
      const params = { name, arguments: args, _meta: meta };
      const options = { timeout: timeoutMs, signal, ...(onProgress && { onprogress: onProgress }) };
      if (asTask) {
        const request = { method: "tools/call", params: { ...params, task: { ttl: 60_000 } } } as const;
        return answerOf(await client.request(request, CreateTaskResultSchema, options));
      }
      return answerOf(await client.callTool(params, CallToolResultSchema, options));
    },
    sendRaw: (message) => transport.send(JSONRPCMessageSchema.parse(message)),
    get processId() {
      return "pid" in transport ? transport.pid : null;
    },
    get sessionId() {
      return "sessionId" in transport ? transport.sessionId : undefined;
    },
    close: () => client.close(),
  };
}
