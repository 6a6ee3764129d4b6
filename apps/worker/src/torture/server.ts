// A gated server that can be killed, on a pipe or on a port of its own.
import { createServer, type IncomingMessage } from "node:http";
import { flushCompileCache } from "node:module";
import type { AddressInfo } from "node:net";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { servePayments } from "./payments.ts";
import { toldHere } from "./server-settings.ts";

if (toldHere().settings.http === true) await serveHttp();
else await servePayments(new StdioServerTransport());
flushCompileCache();

/** Stateless: a server for each request. Whoever bears a token is whom it names. */
async function serveHttp(): Promise<void> {
  const { StreamableHTTPServerTransport } = await import("@modelcontextprotocol/sdk/server/streamableHttp.js");
  const listener = createServer((request: IncomingMessage & { auth?: object }, response) => {
    const [, token] = request.headers.authorization?.split(" ") ?? [];
    const auth = token === undefined ? {} : { auth: { token, clientId: token, scopes: [] } };
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined, enableJsonResponse: true });
    void servePayments(transport).then(() => transport.handleRequest(Object.assign(request, auth), response));
  });
  listener.listen(0, "127.0.0.1", () => {
    process.stdout.write(`${(listener.address() as AddressInfo).port}\n`);
  });
}
