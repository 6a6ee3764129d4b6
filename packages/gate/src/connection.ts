import { AsyncLocalStorage } from "node:async_hooks";
import { context } from "@opentelemetry/api";
import { newId, type Transport } from "@tachograph/record";
import type { Contracts } from "./contracts.ts";
import type { ConnectionFacts, ServerIdentity } from "./delivery-inputs.ts";
import { Delivery } from "./delivery.ts";
import type { GateOptions } from "./options.ts";
import type { JsonRpcResponse } from "./outcome-of.ts";
import type { Policies } from "./policy.ts";
import type { Recorder } from "./recorder.ts";
import type { MessageExtra } from "./request-context.ts";
import { isObject } from "./is-object.ts";

/** The part of either SDK's transport that the gate touches. */
export interface TransportLike {
  start: () => Promise<void>;
  send: (message: unknown, options?: unknown) => Promise<void>;
  onmessage?: ((message: unknown, extra?: MessageExtra) => void) | undefined;
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  sessionId?: string | undefined;
}

export interface Gate {
  recorder: Recorder;
  options: GateOptions;
  server: ServerIdentity;
  contracts: Contracts;
  policies: Policies;
  /** Whether a tool is being registered at this moment. */
  registering: boolean;
}

interface Message {
  id?: unknown;
  method?: unknown;
  params?: unknown;
  result?: unknown;
  error?: unknown;
}

/** The delivery that the running code serves. */
export const currentDelivery = new AsyncLocalStorage<Delivery>();

/** One HTTP request, so that the HTTP observer knows which requests reached a transport. */
export const currentHttpRequest = new AsyncLocalStorage<{ reached: boolean }>();

const isRequestId = (id: unknown): boolean =>
  typeof id === "string" || (typeof id === "number" && Number.isSafeInteger(id));

/** Requests of one kind that wait for their answer: one that is cancelled gets none, and its id may be a long text. */
const MAX_WAITING_IDS = 100;
const MAX_ID_LENGTH = 256;

function noteId(waiting: Set<unknown>, id: unknown): void {
  if (!isRequestId(id) || String(id).length > MAX_ID_LENGTH) return;
  waiting.add(id);
  if (waiting.size <= MAX_WAITING_IDS) return;
  for (const oldest of waiting) {
    waiting.delete(oldest);
    return;
  }
}

function transportOf(transport: TransportLike, extra: MessageExtra | undefined): Transport {
  if (extra?.request !== undefined || extra?.requestInfo !== undefined) return "http";
  const name = transport.constructor.name;
  if (/stdio/i.test(name) || "_stdin" in transport) return "stdio";
  if (/memory/i.test(name)) return "memory";
  return /http|sse/i.test(name) ? "http" : "other";
}

/** Watches one transport between the SDK and the wire: every `tools/call` that comes in, every answer that goes out. */
export class Connection {
  readonly #gate: Gate;
  readonly #transport: TransportLike;
  /** Deliveries that wait for their answer, and the newest of each id. */
  readonly #open = new Set<Delivery>();
  readonly #pending = new Map<unknown, Delivery>();
  readonly #listings = new Set<unknown>();
  readonly #openings = new Set<unknown>();
  readonly #facts: ConnectionFacts;

  constructor(gate: Gate, transport: TransportLike) {
    this.#gate = gate;
    this.#transport = transport;
    this.#facts = {
      connectionId: newId(),
      transport: "other",
      transportSessionId: undefined,
      protocolVersion: null,
      clientName: null,
      clientVersion: null,
    };
  }

  /** Takes its place around the transport; the SDK has just set its own callbacks and is about to start it. */
  install(): void {
    const transport = this.#transport;
    const { onmessage, onclose, onerror } = transport;
    const send = transport.send.bind(transport);
    transport.onmessage = (message, extra) =>
      this.#receive(message, extra, () => onmessage?.call(transport, message, extra));
    transport.onclose = () => {
      onclose?.call(transport);
      this.#closed();
    };
    transport.onerror = (error) => {
      this.#failedToRead(error);
      onerror?.call(transport, error);
    };
    transport.send = (message, options) => {
      let recording: Promise<void> | undefined;
      this.#guard(() => {
        recording = this.#sending(message);
      });
      if (recording === undefined) return send(message, options);
      return recording.catch((cause: unknown) => this.#fault(cause)).then(() => send(message, options));
    };
  }

  #receive(message: unknown, extra: MessageExtra | undefined, pass: () => void): void {
    let delivery: Delivery | undefined;
    this.#guard(() => {
      delivery = this.#observe(message, extra);
    });
    if (delivery === undefined) {
      pass();
      this.#guard(() => this.#afterCancellation(message));
      return;
    }
    const started = delivery;
    currentDelivery.run(started, () => context.with(started.span.context, pass));
  }

  #observe(message: unknown, extra: MessageExtra | undefined): Delivery | undefined {
    if (!isObject(message)) return undefined;
    const { id, method, params } = message as Message;
    switch (method) {
      case "initialize":
        noteId(this.#openings, id);
        this.#learnClient(params);
        return undefined;
      case "tools/list":
        noteId(this.#listings, id);
        return undefined;
      case "tools/call":
        break;
      default:
        return undefined;
    }
    const http = currentHttpRequest.getStore();
    if (http) http.reached = true;
    this.#facts.transport = transportOf(this.#transport, extra);
    this.#facts.transportSessionId = this.#transport.sessionId;
    const { recorder, options, server, contracts } = this.#gate;
    const delivery = new Delivery(newId(), {
      recorder,
      options,
      server,
      contracts,
      connection: this.#facts,
      message: { id, params },
      extra,
    });
    if (!isRequestId(id)) {
      delivery.refusedUnanswered("tools/call without a request id gets no answer");
      return undefined;
    }
    this.#open.add(delivery);
    this.#pending.set(id, delivery);
    delivery.onRecorded = () => this.#forget(delivery);
    return delivery;
  }

  #sending(message: unknown): Promise<void> | undefined {
    if (!isObject(message) || "method" in message) return undefined;
    const { id, result } = message as Message;
    if (this.#listings.delete(id) && isObject(result)) this.#gate.contracts.list(result["tools"]);
    if (this.#openings.delete(id) && isObject(result)) {
      this.#facts.protocolVersion = this.#cleanText(result["protocolVersion"], 64) ?? this.#facts.protocolVersion;
    }
    // A client may use an id again while the first call still runs: the running code knows which one it answers.
    const current = currentDelivery.getStore();
    const delivery =
      current !== undefined && current.rpcId === id && this.#open.has(current) ? current : this.#pending.get(id);
    if (delivery === undefined) return undefined;
    this.#forget(delivery);
    return delivery.answered(message as unknown as JsonRpcResponse);
  }

  #forget(delivery: Delivery): void {
    this.#open.delete(delivery);
    if (this.#pending.get(delivery.rpcId) === delivery) this.#pending.delete(delivery.rpcId);
  }

  /** A cancelled notification takes effect only where the SDK aborts the call. */
  #afterCancellation(message: unknown): void {
    if (!isObject(message) || message["method"] !== "notifications/cancelled" || !isObject(message["params"])) return;
    const id = message["params"]["requestId"];
    const delivery = this.#pending.get(id);
    if (delivery === undefined) return;
    delivery.cancelRequested = true;
    // The SDK aborts the call in a microtask after this message.
    setImmediate(() => this.#guard(() => delivery.settleIfCancelled()));
  }

  #closed(): void {
    const open = [...this.#open];
    this.#open.clear();
    this.#pending.clear();
    for (const delivery of open)
      this.#guard(() => delivery.givenUp("the connection closed before the call was answered"));
  }

  /** On a pipe a line that is no JSON-RPC message never becomes a message; it may have been a call. */
  #failedToRead(error: Error): void {
    if (transportOf(this.#transport, undefined) !== "stdio") return;
    if (error.name !== "SyntaxError" && error.name !== "ZodError" && error.name !== "$ZodError") return;
    this.#guard(() => {
      this.#facts.transport = "stdio";
      const { recorder, options, server, contracts } = this.#gate;
      new Delivery(newId(), {
        recorder,
        options,
        server,
        contracts,
        connection: this.#facts,
        message: {},
        extra: undefined,
      }).refusedUnanswered(
        error.name === "SyntaxError" ? "a line that is no JSON" : "a line that is no JSON-RPC message",
      );
    });
  }

  #learnClient(params: unknown): void {
    const client = isObject(params) ? params["clientInfo"] : undefined;
    if (!isObject(client)) return;
    this.#facts.clientName = this.#cleanText(client["name"], 128);
    this.#facts.clientVersion = this.#cleanText(client["version"], 64);
  }

  #cleanText(text: unknown, maxLength: number): string | null {
    return typeof text === "string" ? this.#gate.recorder.redactor.text(text, new Set(), maxLength).text : null;
  }

  /** A fault of the gate must never reach the agent or the server. */
  #guard(action: () => void): void {
    try {
      action();
    } catch (cause) {
      this.#fault(cause);
    }
  }

  #fault(cause: unknown): void {
    this.#gate.recorder.report({
      code: "gate_fault",
      message: "the gate failed to record a call; the call itself goes on",
      cause,
    });
  }
}
