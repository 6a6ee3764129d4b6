import { spawn } from "node:child_process";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { toNodeHandler, NodeStreamableHTTPServerTransport } from "@modelcontextprotocol/node";
import { InMemoryTransport as MemoryV1 } from "@modelcontextprotocol/sdk/inMemory.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { createMcpHandler, InMemoryTransport as MemoryV2 } from "@modelcontextprotocol/server";
import { observeHttp } from "../http.ts";
import type { GateOptions } from "../options.ts";
import { buildServer, type Kind } from "./fixture-server.ts";

export type Message = Record<string, unknown>;

/** A connection to a real server over a real transport, by its messages alone, so that both sides can be compared whole. */
export interface Wire {
  send(message: unknown): Promise<void>;
  /** The answer to a request, or `null` where none came in time. */
  answer(id: unknown, waitMs?: number): Promise<unknown>;
  close(): Promise<void>;
}

export const wireNames = ["memory", "stdio", "http", "http-stateless"] as const;
export type WireName = (typeof wireNames)[number] | "stdio-modern" | "http-modern";

export const LEGACY = "2025-06-18";
export const MODERN = "2026-07-28";

const initialize: Message = {
  jsonrpc: "2.0",
  id: "opening",
  method: "initialize",
  params: { protocolVersion: LEGACY, capabilities: { elicitation: {} }, clientInfo: { name: "matrix", version: "1" } },
};

/** `_meta` that makes a request one of the current protocol. */
export const modernMeta: Message = {
  "io.modelcontextprotocol/protocolVersion": MODERN,
  "io.modelcontextprotocol/clientInfo": { name: "matrix", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": { elicitation: {} },
};

class Answers {
  readonly #seen = new Map<string, unknown>();
  readonly #waiting = new Map<string, (message: unknown) => void>();

  take(message: unknown): void {
    const { id, method } = message as Message;
    if (id === undefined || method !== undefined) return;
    const key = JSON.stringify(id);
    this.#seen.set(key, message);
    this.#waiting.get(key)?.(message);
  }

  async answer(id: unknown, waitMs = 15_000): Promise<unknown> {
    const key = JSON.stringify(id);
    if (this.#seen.has(key)) return this.#seen.get(key);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), waitMs);
      this.#waiting.set(key, (message) => {
        clearTimeout(timer);
        resolve(message);
      });
    });
  }
}

export async function openWire(name: WireName, kind: Kind, gate: GateOptions | null): Promise<Wire> {
  switch (name) {
    case "memory":
      return openMemory(kind, gate);
    case "stdio":
      return openStdio(kind, gate, []);
    case "stdio-modern":
      return openStdio(kind, gate, ["serve"]);
    default:
      return openHttp(name, kind, gate);
  }
}

async function openMemory(kind: Kind, gate: GateOptions | null): Promise<Wire> {
  const [client, server] = (kind.startsWith("v1") ? MemoryV1 : MemoryV2).createLinkedPair();
  const answers = new Answers();
  client.onmessage = (message: unknown) => answers.take(message);
  await (buildServer(kind, gate) as { connect(transport: unknown): Promise<void> }).connect(server);
  await client.start();
  const wire: Wire = {
    send: async (message) => client.send(message as never),
    answer: (id, waitMs) => answers.answer(id, waitMs),
    close: async () => client.close(),
  };
  await wire.send(initialize);
  await wire.answer("opening");
  return wire;
}

async function openStdio(kind: Kind, gate: GateOptions | null, more: string[]): Promise<Wire> {
  const program = fileURLToPath(new URL("./stdio-server.ts", import.meta.url));
  const child = spawn(process.execPath, [program, kind, gate?.journalDirectory ?? "", ...more], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const answers = new Answers();
  createInterface({ input: child.stdout }).on("line", (line) => answers.take(JSON.parse(line)));
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const wire: Wire = {
    send: async (message) => {
      child.stdin.write(`${typeof message === "string" ? message : JSON.stringify(message)}\n`);
    },
    answer: (id, waitMs) => answers.answer(id, waitMs),
    close: async () => {
      child.stdin.end();
      child.kill();
      await ended;
    },
  };
  if (more.length === 0) {
    await wire.send(initialize);
    await wire.answer("opening");
  }
  return wire;
}

type HttpHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

function httpHandler(name: WireName, kind: Kind, gate: GateOptions | null): HttpHandler {
  const connect = async (transport: unknown): Promise<void> => {
    await (buildServer(kind, gate) as { connect(transport: unknown): Promise<void> }).connect(transport);
  };
  if (name === "http-modern") {
    const handle = toNodeHandler(createMcpHandler(() => buildServer(kind, gate) as never));
    return async (request, response) => handle(request, response);
  }
  const isV1 = kind.startsWith("v1");
  if (name === "http-stateless") {
    return async (request, response) => {
      const transport = isV1
        ? new StreamableHTTPServerTransport({ sessionIdGenerator: undefined })
        : new NodeStreamableHTTPServerTransport({ sessionIdGenerator: undefined });
      await connect(transport);
      response.once("close", () => void transport.close());
      await transport.handleRequest(request, response);
    };
  }
  const options = { sessionIdGenerator: () => "matrix-session" };
  const transport = isV1 ? new StreamableHTTPServerTransport(options) : new NodeStreamableHTTPServerTransport(options);
  const connected = connect(transport);
  return async (request, response) => {
    await connected;
    await transport.handleRequest(request, response);
  };
}

/** Answers like an authenticating and rate-limiting front: by what the bearer token says. */
function frontDoor(request: IncomingMessage, response: ServerResponse): boolean {
  const refuse = (status: number, headers: Record<string, string>): true => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify({ error: "refused" }));
    return true;
  };
  switch (request.headers.authorization) {
    case "Bearer expired-token-1234":
      return refuse(401, { "www-authenticate": 'Bearer error="invalid_token"' });
    case "Bearer read-only-token-1234":
      return refuse(403, { "www-authenticate": 'Bearer error="insufficient_scope", scope="orders:write"' });
    case "Bearer eager-token-1234":
      return refuse(429, { "retry-after": "7" });
    default:
      return false;
  }
}

async function openHttp(name: WireName, kind: Kind, gate: GateOptions | null): Promise<Wire> {
  const handle = httpHandler(name, kind, gate);
  const observe = gate ? observeHttp({ ...gate, server: { name: `matrix-${kind}`, version: "1.0.0" } }) : undefined;
  const server = createServer((request, response) => {
    const next = (): void => {
      if (!frontDoor(request, response)) void handle(request, response);
    };
    if (observe) observe(request, response, next);
    else next();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  const answers = new Answers();
  const running: Promise<void>[] = [];
  const abort = new AbortController();
  const post = async (message: unknown): Promise<void> => {
    const { headers, ...body } = message as { headers?: Record<string, string> } & Message;
    const modern = name === "http-modern" ? { "mcp-protocol-version": MODERN, ...modernHeaders(body) } : {};
    const session = name === "http" && body["id"] !== "opening" ? { "mcp-session-id": "matrix-session" } : {};
    const version = name === "http-modern" || body["id"] === "opening" ? {} : { "mcp-protocol-version": LEGACY };
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        ...version,
        ...session,
        ...modern,
        ...headers,
      },
      body: typeof body["raw"] === "string" ? body["raw"] : JSON.stringify(body),
      signal: abort.signal,
    });
    const text = await response.text();
    const messages = text.startsWith("{")
      ? [text]
      : text
          .split("\n")
          .filter((line) => line.startsWith("data: {"))
          .map((line) => line.slice(6));
    for (const line of messages)
      answers.take({
        ...(JSON.parse(line) as Message),
        ...(response.ok ? {} : { status: response.status, id: body["id"] }),
      });
    if (messages.length === 0 && !response.ok) answers.take({ id: body["id"], status: response.status });
  };
  const wire: Wire = {
    send: async (message) => {
      running.push(post(message).catch(() => undefined));
      // A cancelled or answerless request keeps its stream open.
      await Promise.race([running.at(-1), new Promise((resolve) => setTimeout(resolve, 50))]);
    },
    answer: (id, waitMs) => answers.answer(id, waitMs),
    close: async () => {
      abort.abort();
      await Promise.all(running);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  if (name === "http") {
    await wire.send(initialize);
    await wire.answer("opening");
  }
  return wire;
}

const modernHeaders = (body: Message): Record<string, string> => {
  const params = body["params"] as { name?: unknown } | undefined;
  return {
    ...(typeof body["method"] === "string" ? { "mcp-method": body["method"] } : {}),
    ...(typeof params?.name === "string" ? { "mcp-name": params.name } : {}),
  };
};
