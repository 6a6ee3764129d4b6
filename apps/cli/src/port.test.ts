import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { checkPortIsFree } from "./port.ts";

async function listen(answer: RequestListener): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

test("a free port is fine, again and again", async () => {
  let free: number;
  {
    await using server = await listen((_, response) => response.end());
    free = server.port;
  }
  await checkPortIsFree(free);
  await checkPortIsFree(free);
});

test("a port taken by another program gives one sentence and another port to try", async () => {
  await using server = await listen((_, response) => response.writeHead(404).end("<h1>Not found</h1>"));
  await expect(checkPortIsFree(server.port)).rejects.toMatchObject({
    code: "port_taken",
    message: `Port ${server.port} is taken by another program.`,
    hint: expect.stringContaining("TACHOGRAPH_PORT="),
  });
});

test("a port taken by a Tachograph with other data says so", async () => {
  await using server = await listen((_, response) => response.writeHead(503).end('{"status":"starting"}'));
  await expect(checkPortIsFree(server.port)).rejects.toMatchObject({
    code: "port_taken",
    message: `Tachograph is already running at http://127.0.0.1:${server.port}, with other data than this one.`,
  });
});
