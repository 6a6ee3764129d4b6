import { Client, StreamableHTTPClientTransport, parseJSONRPCMessage } from "@modelcontextprotocol/client";
import { getDefaultEnvironment, StdioClientTransport } from "@modelcontextprotocol/client/stdio";
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
  const { headers, token, refresh } = credentials;
  return new StreamableHTTPClientTransport(url, {
    requestInit: { headers },
    fetch: notingFetch,
    authProvider: { token: async () => token(), onUnauthorized: async () => refresh() },
    onInsufficientScope: "throw",
  });
}

/** Connects a client of SDK v2: protocol 2026-07-28 where the server speaks it, else the older handshake. */
export async function connectV2({ target, client: clientInfo, approve }: ConnectOptions): Promise<Connection> {
  const transport = transportFor(target);
  const client = new Client(clientInfo, { capabilities: { elicitation: {} }, versionNegotiation: { mode: "auto" } });
  client.setRequestHandler("elicitation/create", () =>
    approve() ? { action: "accept", content: { approve: true } } : { action: "decline" },
  );
  await client.connect(transport);
  return {
    call: async ({ name, arguments: args, meta, timeoutMs, onProgress, signal }) => {
      const options = { timeout: timeoutMs, signal, ...(onProgress && { onprogress: onProgress }) };
      return answerOf(await client.callTool({ name, arguments: args, _meta: meta }, options));
    },
    sendRaw: (message) => transport.send(parseJSONRPCMessage(message)),
    get processId() {
      return "pid" in transport ? transport.pid : null;
    },
    get sessionId() {
      return "sessionId" in transport ? transport.sessionId : undefined;
    },
    close: () => client.close(),
  };
}
