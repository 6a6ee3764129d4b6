import { setTimeout as sleep } from "node:timers/promises";
import type { ServerFleet, ServerName } from "../servers/server-fleet.ts";
import { answerOfError, type Answer } from "./answer.ts";
import type { Connection, Credentials } from "./connection.ts";
import type { ConnectionPool } from "./connection-pool.ts";
import { callOnItsWay, notingFetch, type CallOnItsWay, type SentDelivery } from "./delivery-log.ts";
import type { Host } from "./host.ts";
import type { Pace } from "./pace.ts";
import type { Random } from "./random.ts";

export interface SessionOptions {
  /** Number of the session in the run, from 0. */
  number: number;
  /** Where the run's numbers begin: other seeds are about other orders. */
  firstNumber: number;
  host: Host;
  random: Random;
  fleet: ServerFleet;
  pool: ConnectionPool;
  pace: Pace;
  signal: AbortSignal;
  onAnswer: (answer: Answer) => void;
}

export interface CallOptions {
  /** How long this host waits before it gives up. */
  timeoutMs?: number;
  /** The id of an earlier call, to deliver that one again. */
  toolUseId?: string;
  /** Further members of `_meta`. */
  meta?: Record<string, unknown>;
  asTask?: boolean;
  onProgress?: () => void;
  /** Gives up as soon as the server says that it is at it, as a host does that has waited long enough. */
  givesUpOnProgress?: boolean;
}

/** Numbers that a session has to itself. */
const OWN_NUMBERS = 40;
const MAX_NUMBER = 1_000_000;

/** What a session may do at the payments server, unless its episode takes something away. */
const allScopes = ["orders:read", "payments:write"];

/** One conversation of an agent: its host, its credentials and everything it sent, in order. */
export class AgentSession {
  readonly number: number;
  readonly host: Host;
  readonly random: Random;
  readonly sessionId: string;
  readonly sent: SentDelivery[] = [];
  apiKey: string;
  /** What the person says when a server asks for an approval. */
  personApproves = true;
  /** The id of the call made last. */
  lastToolUseId = "";
  readonly #options: SessionOptions;
  readonly #subject: string;
  #token: string;
  #refreshes = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.number = options.number;
    this.host = options.host;
    this.random = options.random;
    this.sessionId = options.random.uuid();
    this.apiKey = `standard-${this.number}`;
    this.#subject = options.random.pick([
      "ana@acme.example",
      "ben@acme.example",
      "chris@acme.example",
      "deniz@acme.example",
    ]);
    this.#token = this.#mint(3_600, allScopes);
  }

  /** The first of 40 numbers that no other session of the run works with; below a million. */
  get ownNumber(): number {
    return (this.#options.firstNumber + this.number * OWN_NUMBERS) % MAX_NUMBER;
  }

  /** Waits as long as an answer says, and not at all where it says nothing. */
  async waitAsTold({ refusal }: Answer): Promise<void> {
    if (refusal?.retry_after_ms === undefined) return;
    await sleep(refusal.retry_after_ms, undefined, { signal: this.#options.signal });
  }

  /** Gets a new token, good for an hour. */
  renewToken({ scopes = allScopes }: { scopes?: string[] } = {}): void {
    this.#token = this.#mint(3_600, scopes);
  }

  /** Makes the token one that ran out a minute ago. A client that can refresh gets a new one only where `refreshes` says so. */
  expireToken({ refreshes }: { refreshes: boolean }): void {
    this.#token = this.#mint(-60, allScopes);
    this.#refreshes = refreshes;
  }

  /** Calls a tool as this host does and resolves with what it saw, however that ended. */
  async call(
    server: ServerName,
    tool: string,
    args: Record<string, unknown>,
    options: CallOptions = {},
  ): Promise<Answer> {
    const toolUseId = options.toolUseId ?? `toolu_01${this.random.text(22)}`;
    this.lastToolUseId = toolUseId;
    const patience = new AbortController();
    const onProgress =
      options.givesUpOnProgress === true ? () => patience.abort("waited long enough") : options.onProgress;
    const meta = this.host.metaOf({ sessionId: this.sessionId, toolUseId, random: this.random, server });
    return this.#onTheWire(server, async (connection) =>
      connection.call({
        name: tool,
        arguments: args,
        meta: { ...meta, ...options.meta },
        timeoutMs: options.timeoutMs ?? 30_000,
        signal: patience.signal,
        ...(onProgress && { onProgress }),
        ...(options.asTask && { asTask: true }),
      }),
    );
  }

  /** Sends a tool call as a raw message through the connection; the SDK's client does not see the answer. */
  async sendRaw(server: ServerName, params: unknown): Promise<Answer> {
    const id = `raw-${this.random.text(6)}`;
    return this.#onTheWire(server, async (connection) => {
      await connection.sendRaw({ jsonrpc: "2.0", id, method: "tools/call", params });
      return { seen: "protocol_error", text: "", json: {}, refusal: undefined };
    });
  }

  /** Posts a body to a server without any client, as a script does. */
  async post(server: "payments" | "inventory", body: string, headers: Record<string, string>): Promise<Answer> {
    return this.#onTheWire(server, async () => {
      const response = await notingFetch(this.#options.fleet.urlOf(server), {
        method: "POST",
        body,
        headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers },
      });
      const text = await response.text();
      if (!response.ok) throw new Error(text);
      return { seen: "ok", text, json: {}, refusal: undefined };
    });
  }

  /** The bearer token as a header, for {@link post}. */
  get authorization(): Record<string, string> {
    return { authorization: `Bearer ${this.#token}` };
  }

  /** Kills the server's process, as the kernel does when memory runs out. */
  async killServer(server: ServerName): Promise<void> {
    const connection = await this.#connection(server);
    if (connection.processId === null) throw new Error(`${server} is no process of this session`);
    process.kill(connection.processId, "SIGKILL");
    await this.disconnect(server);
  }

  /** Ends the HTTP session on the server's side, as a restart does; the client goes on using it. */
  async loseHttpSession(server: "inventory" | "everything"): Promise<void> {
    const { sessionId } = await this.#connection(server);
    await fetch(this.#options.fleet.urlOf(server), {
      method: "DELETE",
      headers: { "mcp-session-id": sessionId ?? "", "mcp-protocol-version": "2025-11-25" },
    });
  }

  /** Makes the next call to the server open a new connection. */
  async disconnect(server: ServerName): Promise<void> {
    await this.#options.pool.close(this.#openOptions(server));
  }

  async #onTheWire(server: ServerName, send: (connection: Connection) => Promise<Answer>): Promise<Answer> {
    await this.#options.pace.turn(this.#options.signal);
    const connection = await this.#connection(server);
    const call: CallOnItsWay = { session: this.number, server, sent: this.sent, status: undefined };
    const answer = await callOnItsWay.run(call, () =>
      send(connection).catch((error: unknown) => answerOfError(error, call)),
    );
    this.#options.onAnswer(answer);
    return answer;
  }

  #connection(server: ServerName): Promise<Connection> {
    return this.#options.pool.get(this.#openOptions(server));
  }

  #openOptions(server: ServerName): Parameters<ConnectionPool["get"]>[0] {
    const credentials: Credentials = {
      headers: server === "inventory" ? { "x-api-key": this.apiKey } : {},
      token: () => (server === "payments" ? this.#token : undefined),
      refresh: () => {
        if (this.#refreshes) this.renewToken();
      },
    };
    const approve = (): boolean => this.personApproves;
    return { server, host: this.host, session: this.number, sessionId: this.sessionId, credentials, approve };
  }

  #mint(secondsLeft: number, scopes: string[]): string {
    const expiresAt = Math.floor(Date.now() / 1000) + secondsLeft;
    return this.#options.fleet.mintToken({ clientId: this.host.name, subject: this.#subject, scopes, expiresAt });
  }
}
