import { connect, type NetConnectOpts } from "node:net";
import type { Client } from "pg";

const CANCEL_REQUEST = 80_877_102;
const WITHIN_MS = 2_000;

/**
 * Asks Postgres to end what a connection is executing, as its protocol provides: over a connection of its own, which
 * needs no free place in a pool. Resolves when the server has passed it on, or cannot be asked; never rejects. The
 * connection may be used for something else only after that.
 */
export function cancelQuery(client: Client): Promise<void> {
  const { host, port, processID, secretKey } = client as Client & {
    processID: number | null;
    secretKey: number | null;
  };
  if (processID === null || secretKey === null) return Promise.resolve();
  const request = Buffer.alloc(16);
  request.writeInt32BE(request.length, 0);
  request.writeInt32BE(CANCEL_REQUEST, 4);
  request.writeInt32BE(processID, 8);
  request.writeInt32BE(secretKey, 12);
  const address: NetConnectOpts = host.startsWith("/") ? { path: `${host}/.s.PGSQL.${port}` } : { host, port };
  return new Promise((resolve) => {
    const socket = connect(address, () => socket.end(request));
    socket.setTimeout(WITHIN_MS, () => socket.destroy());
    // Told by the query, which then ends by the server's own limit.
    socket.on("error", () => undefined);
    socket.on("close", () => resolve());
    // Nothing is answered; without a reader the end is never seen.
    socket.resume();
  });
}
