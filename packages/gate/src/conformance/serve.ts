import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { localhostHostValidation, NodeStreamableHTTPServerTransport } from "@modelcontextprotocol/node";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { observeHttp } from "../http.ts";
import type { GateOptions } from "../options.ts";
import { buildServerV1 } from "./server-v1.ts";
import { buildServerV2 } from "./server-v2.ts";

export type SdkVersion = "v1" | "v2";

type Message = Parameters<StreamableHTTPServerTransport["send"]>[0];
type Transport = StreamableHTTPServerTransport | NodeStreamableHTTPServerTransport;

/** Keeps what was sent, for clients that lost their stream. */
function memoryEventStore() {
  const events: { streamId: string; message: Message }[] = [];
  return {
    async storeEvent(streamId: string, message: Message): Promise<string> {
      return String(events.push({ streamId, message }));
    },
    async replayEventsAfter(
      lastEventId: string,
      { send }: { send: (eventId: string, message: Message) => Promise<void> },
    ): Promise<string> {
      const streamId = events[Number(lastEventId) - 1]?.streamId ?? "";
      for (const [index, event] of events.entries()) {
        const isMessage = Object.keys(event.message).length > 0;
        if (index >= Number(lastEventId) && event.streamId === streamId && isMessage) {
          await send(String(index + 1), event.message);
        }
      }
      return streamId;
    },
  };
}

/** Serves Streamable HTTP with sessions on the loopback, behind a gate and its observer where `gate` has options. */
export async function serve(
  sdk: SdkVersion,
  gate: GateOptions | null,
): Promise<{ url: string; close(): Promise<void> }> {
  const sessions = new Map<string, Transport>();
  const open = async (): Promise<Transport> => {
    const options = {
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id: string) => void sessions.set(id, transport),
      eventStore: memoryEventStore(),
      retryInterval: 100,
    };
    const transport: Transport =
      sdk === "v1" ? new StreamableHTTPServerTransport(options) : new NodeStreamableHTTPServerTransport(options);
    await (sdk === "v1" ? buildServerV1(gate) : buildServerV2(gate)).connect(transport);
    return transport;
  };
  const validHost = localhostHostValidation();
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!validHost(request, response)) return;
    const id = request.headers["mcp-session-id"];
    const transport = sessions.get(String(id)) ?? (await open());
    await transport.handleRequest(request, response);
  };
  const observe = gate && observeHttp({ ...gate, server: { name: `conformance-${sdk}`, version: "1.0.0" } });
  const server = createServer((request, response) => {
    const next = (): void => void handle(request, response);
    if (observe) observe(request, response, next);
    else next();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    async close() {
      for (const transport of sessions.values()) await transport.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
