import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A way to Postgres that can be cut. */
export interface CuttableProxy {
  url: string;
  /** Cuts the next connection once so many bytes went to the server. */
  cutAfter(bytes: number): void;
  /** Cuts every connection, and refuses new ones until `mend`. */
  sever(): void;
  mend(): void;
  close(): Promise<void>;
}

/** Starts a proxy in front of a database. */
export async function startProxy(databaseUrl: string): Promise<CuttableProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let cutAfter = Number.POSITIVE_INFINITY;
  let isSevered = false;
  const server = createServer((near) => {
    if (isSevered) return void near.destroy();
    const far = connect(Number(target.port), target.hostname);
    let sent = 0;
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.on("data", (chunk) => {
      const rest = cutAfter - sent;
      sent += chunk.length;
      far.write(chunk.length > rest ? chunk.subarray(0, Math.max(0, rest)) : chunk);
      if (sent <= cutAfter) return;
      cutAfter = Number.POSITIVE_INFINITY;
      near.resetAndDestroy();
      far.end();
    });
    far.pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.toString(),
    cutAfter(bytes) {
      cutAfter = bytes;
    },
    sever() {
      isSevered = true;
      cutAll();
    },
    mend() {
      isSevered = false;
    },
    async close() {
      cutAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
