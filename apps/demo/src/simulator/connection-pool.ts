import type { HttpServerName, ServerFleet, ServerName, StdioServerName } from "../servers/server-fleet.ts";
import { connectV1 } from "./connect-v1.ts";
import { connectV2 } from "./connect-v2.ts";
import type { Connection, ConnectOptions, Credentials } from "./connection.ts";
import type { Host } from "./host.ts";

const isHttp = (server: ServerName): server is HttpServerName =>
  server === "payments" || server === "inventory" || server === "everything";

interface OpenOptions {
  server: ServerName;
  host: Host;
  /** Number of the session in the run. */
  session: number;
  sessionId: string;
  credentials: Credentials;
  approve: () => boolean;
}

/** Opens connections and closes them: one for each session and server, or one process for all sessions of an editor. */
export class ConnectionPool {
  readonly #fleet: ServerFleet;
  readonly #open = new Map<string, Promise<Connection>>();

  constructor(fleet: ServerFleet) {
    this.#fleet = fleet;
  }

  get(options: OpenOptions): Promise<Connection> {
    const key = keyOf(options);
    const open = this.#open.get(key);
    if (open) return open;
    const connecting = this.#connect(options);
    this.#open.set(key, connecting);
    connecting.catch(() => this.#open.delete(key));
    return connecting;
  }

  /** Closes one connection, so that the next call opens a new one. */
  async close(options: OpenOptions): Promise<void> {
    await this.#close((key) => key === keyOf(options));
  }

  /** Closes what belongs to one session alone. */
  async closeSession(session: number): Promise<void> {
    await this.#close((key) => key.startsWith(`${session} `));
  }

  async closeAll(): Promise<void> {
    await this.#close(() => true);
  }

  async #close(selects: (key: string) => boolean): Promise<void> {
    const selected = [...this.#open].filter(([key]) => selects(key));
    for (const [key] of selected) this.#open.delete(key);
    await Promise.allSettled(selected.map(async ([, connection]) => (await connection).close()));
  }

  #programOf(server: StdioServerName, ofHost: Record<string, string>): ConnectOptions["target"] {
    const { command, args, environment } = this.#fleet.commandOf(server);
    return { kind: "stdio", command, args, environment: { ...environment, ...ofHost } };
  }

  #connect({ server, host, sessionId, credentials, approve }: OpenOptions): Promise<Connection> {
    const target = isHttp(server)
      ? ({ kind: "http", url: this.#fleet.urlOf(server), credentials } as const)
      : this.#programOf(server, host.environmentOf(sessionId));
    return (host.sdk === "v1" ? connectV1 : connectV2)({ target, client: host.client, approve });
  }
}

const keyOf = ({ server, host, session }: OpenOptions): string =>
  host.sharesProcesses && !isHttp(server) ? `${host.name} ${server}` : `${session} ${server}`;
