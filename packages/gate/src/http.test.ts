import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MemorySink } from "./journal/testing-records.ts";
import { observeFetch, observeHttp, type HttpObserverOptions } from "./http.ts";
import type { AuthInfo } from "./options.ts";
import { closeRecorders, recorderFor } from "./recorder.ts";

let options: HttpObserverOptions;
let sink: MemorySink;
beforeEach(() => {
  sink = new MemorySink();
  options = {
    server: { name: "srv" },
    journalDirectory: mkdtempSync(join(tmpdir(), "http-")),
    ledger: sink,
    fingerprintKey: "0123456789abcdef",
  };
});
afterEach(async () => {
  await closeRecorders();
  rmSync(options.journalDirectory ?? "", { recursive: true });
});

const call = (name: string): string =>
  JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: {} } });
const refuse = (): Response => new Response("no", { status: 401 });
const post = (body: ReadableStream): Request =>
  new Request("http://localhost/mcp", { method: "POST", body, duplex: "half" });

describe("a refused web request", () => {
  test("is a row, also where its body comes in pieces", async () => {
    const bytes = new TextEncoder().encode(call("pay"));
    const pieces = new ReadableStream({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    await observeFetch(refuse, options)(post(pieces));
    await recorderFor(options).flush();
    expect(sink.rows.map(({ tool, outcome }) => [tool, outcome])).toEqual([["pay", "unauthenticated"]]);
  });

  test("is one row that says who was refused, where one observer stands inside another", async () => {
    const inner = observeFetch(
      (_request: Request, _options: { authInfo: AuthInfo }) => new Response("no", { status: 403 }),
      options,
    );
    const authInfo = { token: "plantedToken123", clientId: "robot", scopes: ["orders:read"] };
    const outer = observeFetch((request) => inner(request, { authInfo }), options);
    await outer(new Request("http://localhost/mcp", { method: "POST", body: call("refund") }));
    await recorderFor(options).flush();
    expect(sink.rows).toMatchObject([
      { tool: "refund", outcome: "denied", principal: "robot", scopes: ["orders:read"] },
    ]);
  });

  test("is answered though its body never ends", async () => {
    const never = new ReadableStream({ start: (controller) => controller.enqueue(Uint8Array.of(0x7b)) });
    const response = await observeFetch(refuse, options)(post(never));
    expect(response.status).toBe(401);
  });

  test("is not read on beyond a megabyte", async () => {
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 65_536;
        if (sent > 64 * 1024 * 1024) controller.close();
        else controller.enqueue(new Uint8Array(65_536));
      },
    });
    await observeFetch(refuse, options)(post(endless));
    expect(sent).toBeLessThan(2 * 1024 * 1024);
  });
});

test("a refused batch of tens of thousands of calls makes few rows", async () => {
  const observe = observeHttp(options);
  const server = createServer((request, response) =>
    observe(request, response, () => {
      request.resume().once("end", () => response.writeHead(401).end());
    }),
  ).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const body = `[${Array.from({ length: 9_000 }, () => call("pay")).join(",")}]`;
  const response = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body });
  expect(response.status).toBe(401);
  server.close();
  await recorderFor(options).flush();
  expect(sink.rows).toHaveLength(50);
});
