import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** What happens to a client's message that contains a marker. */
export type Fault =
  /** The server receives it; its answer never arrives, the connection is cut. */
  | "answer_lost"
  /** The server never receives it, the connection is cut. */
  | "request_lost"
  /** The server receives it only when the proxy resumes. */
  | "delayed";

export interface PostgresProxy extends AsyncDisposable {
  url: string;
  /** Applies a fault to the next messages that contain the text. */
  when(marker: string, fault: Fault, times?: number): void;
  /** How many messages with the text arrived, whatever became of them. */
  seen(marker: string): number;
  /** Delivers what was delayed, and delays nothing any more. */
  resume(): void;
  /** From now on: refuses connections and cuts those that are open. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
}

/** A real TCP proxy in front of a real Postgres. */
export async function startProxy(databaseUrl: string): Promise<PostgresProxy> {
  const target = new URL(databaseUrl);
  const faults: { marker: string; fault: Fault; left: number }[] = [];
  const messages: string[] = [];
  const delayed: (() => void)[] = [];
  const open = new Set<Socket>();

  const faultOf = (message: string): Fault | undefined => {
    const found = faults.find(({ marker, left }) => left > 0 && message.includes(marker));
    if (found) found.left--;
    return found?.fault;
  };

  const server = createServer((client) => {
    const upstream = connect({ host: target.hostname, port: Number(target.port), allowHalfOpen: true });
    open.add(client).add(upstream);
    let deaf = false;
    let queue: Promise<void> = Promise.resolve();
    client.on("data", (bytes) => {
      const message = bytes.toString("latin1");
      messages.push(message);
      const fault = faultOf(message);
      if (fault === "answer_lost") deaf = true;
      if (fault === "request_lost") {
        client.destroy();
        upstream.destroy();
        return;
      }
      if (fault === "delayed") queue = queue.then(() => new Promise((resolve) => delayed.push(resolve)));
      queue = queue.then(() => void upstream.write(bytes));
    });
    upstream.on("data", (bytes) => {
      if (deaf) client.destroy();
      else client.write(bytes);
    });
    // What is on its way to the server when the client goes away arrives all the same.
    client.on("close", () => void queue.then(() => upstream.end()));
    upstream.on("close", () => client.destroy());
    for (const socket of [client, upstream]) {
      socket.on("error", () => socket.destroy());
      socket.on("close", () => open.delete(socket));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const url = new URL(databaseUrl);
  url.hostname = "127.0.0.1";
  url.port = String(port);

  const resume = (): void => {
    faults.splice(0, faults.length, ...faults.filter(({ fault }) => fault !== "delayed"));
    for (const deliver of delayed.splice(0)) deliver();
  };
  const goAway = async (): Promise<void> => {
    const closed = once(server, "close");
    server.close();
    for (const socket of open) socket.destroy();
    await closed;
  };
  return {
    url: url.toString(),
    when: (marker, fault, times = 1) => void faults.push({ marker, fault, left: times }),
    seen: (marker) => messages.filter((message) => message.includes(marker)).length,
    resume,
    goAway,
    async comeBack() {
      server.listen(port, "127.0.0.1");
      await once(server, "listening");
    },
    async [Symbol.asyncDispose]() {
      resume();
      if (server.listening) await goAway();
    },
  };
}
