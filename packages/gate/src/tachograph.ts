import type { OperationStore } from "@tachograph/record";
import type { Delivery } from "./delivery.ts";
import { Connection, currentDelivery, type Gate, type TransportLike } from "./connection.ts";
import { Contracts } from "./contracts.ts";
import { checkGateOptions } from "./check-options.ts";
import { leaseKeeperOf } from "./once/lease-keeper.ts";
import type { GateOptions, OnceOptions, ToolOptions } from "./options.ts";
import { gatedBy } from "./pipeline/gated-by.ts";
import { isThenable } from "./pipeline/gated-call.ts";
import { policiesOf } from "./policy.ts";
import { recorderFor } from "./recorder.ts";
import { signalOf } from "./signal-of.ts";
import { isObject } from "./is-object.ts";

type AnyFunction = (...args: never[]) => unknown;
type Handler = (...args: unknown[]) => unknown;

/** A low-level `Server` of either SDK, by what the gate touches of it. */
export interface LowLevelServer {
  connect(transport: never): Promise<void>;
  setRequestHandler: AnyFunction;
  assertCanSetRequestHandler?(method: string): void;
  fallbackRequestHandler?: AnyFunction | undefined;
}

/** An `McpServer` of either SDK, by what the gate touches of it. */
export interface HighLevelServer {
  readonly server: LowLevelServer;
  registerTool: AnyFunction;
}

const gated = new WeakSet<object>();

const isHighLevel = (server: object): server is HighLevelServer =>
  "registerTool" in server && "server" in server && isObject(server.server) && "setRequestHandler" in server.server;

/**
 * Puts the gate around an MCP server: an `McpServer` or low-level `Server` of `@modelcontextprotocol/sdk` 1.x, or of
 * `@modelcontextprotocol/server` 2.x. Call it right where the server is made: before it is connected, and for a
 * low-level `Server` before its handler of `tools/call` is set. Without options it observes: every tool call becomes a
 * row and a span, and nothing the client sees changes. Each option of a tool switches something on.
 *
 * @returns the same server.
 * @throws {TypeError} where the object is no such server, it is too late to wrap it, or an option is wrong.
 */
export function tachograph<T extends HighLevelServer | LowLevelServer, Inputs = Record<string, unknown>>(
  server: T,
  given: GateOptions<Inputs> = {},
): T {
  const options = given as GateOptions;
  checkGateOptions(options);
  const low: unknown = isObject(server) && isHighLevel(server) ? server.server : server;
  if (!isObject(low) || typeof low["connect"] !== "function" || typeof low["setRequestHandler"] !== "function") {
    throw new TypeError("tachograph(server): give it an McpServer or Server of the MCP TypeScript SDK (1.x or 2.x)");
  }
  if (gated.has(low)) throw new TypeError("tachograph(server): this server has a gate already; wrap it once");
  refuseLateGate(server, low);
  gated.add(low);

  const gate: Gate = {
    recorder: recorderFor(options),
    options,
    server: identityOf(low),
    contracts: new Contracts(options.tools),
    policies: policiesOf(options),
    registering: false,
  };
  gate.recorder.contracts.set(gate.server.name, gate.contracts);
  watchRequestHandlers(low, gate, isHighLevel(server));
  if (isHighLevel(server)) {
    adoptHandler(low, gate);
    adoptTools(server as unknown as Record<string, unknown>, gate);
    watchRegistrations(server as unknown as Record<string, unknown>, gate);
  }
  watchConnections(low, gate, isHighLevel(server));
  return server;
}

/** An McpServer whose options declare tools sets its handlers before anybody can stand in front of them. */
function adoptHandler(low: Record<string, unknown>, gate: Gate): void {
  const handlers = low["_requestHandlers"];
  const handle: unknown = handlers instanceof Map ? handlers.get("tools/call") : undefined;
  if (typeof handle !== "function" || !(handlers instanceof Map)) return;
  handlers.set("tools/call", watchedHandler(handle as Handler, gate, true));
}

function refuseLateGate(server: object, low: Record<string, unknown>): void {
  if (isHighLevel(server)) return;
  try {
    (low as unknown as LowLevelServer).assertCanSetRequestHandler?.("tools/call");
  } catch {
    throw new TypeError(
      "tachograph(server): call it before the handler of tools/call is set, right where the server is made",
    );
  }
}

/** Tools that a factory of somebody else's registered before it handed the server out. */
function adoptTools(server: Record<string, unknown>, gate: Gate): void {
  const tools = server["_registeredTools"];
  for (const [name, tool] of Object.entries(isObject(tools) ? tools : {})) {
    const { update, handler } = tool as { update?: unknown; handler?: unknown };
    if (typeof update !== "function" || handler === undefined) {
      throw new TypeError(
        `tachograph(server): call it before tools are registered; "${name}" cannot be wrapped any more`,
      );
    }
    (update as Handler).call(tool, { callback: observed(handler) });
    watchTool(name, tool as Record<string, unknown>, gate);
  }
}

/** Neither SDK shows a server's own name and version; both answer `initialize` with them. */
function identityOf(low: Record<string, unknown>): Gate["server"] {
  const info = low["_serverInfo"];
  const text = (name: string): string | null => (isObject(info) && typeof info[name] === "string" ? info[name] : null);
  return { name: text("name") ?? "unnamed server", version: text("version") };
}

/** `connect` ▸ the transport's one-shot `start`, when the SDK's callbacks are in place and no message has come yet. */
function watchConnections(low: Record<string, unknown>, gate: Gate, highLevel: boolean): void {
  const connect = (low["connect"] as Handler).bind(low);
  low["connect"] = async (transport: TransportLike): Promise<unknown> => {
    if (highLevel) refuseUnknownNames(gate);
    warmUp(gate);
    const { start } = transport;
    transport.start = () => {
      transport.start = start;
      new Connection(gate, transport).install();
      return start.call(transport);
    };
    return connect(transport);
  };
}

/** A misspelt name in the options would leave a tool unguarded without a word, or send an agent to a tool that does not exist. */
function refuseUnknownNames({ options, contracts }: Gate): void {
  const isUnknown = (name: string): boolean => contracts.registeredTool(name) === undefined;
  const registered = (): string => `registered are ${contracts.names().join(", ") || "none"}`;
  const tools = Object.entries<ToolOptions>(options.tools ?? {});
  const unknown = tools.map(([name]) => name).filter(isUnknown);
  if (unknown.length > 0)
    throw new TypeError(
      `tachograph(): options for the tool "${unknown.join('", "')}", which is not registered; ${registered()}. ` +
        "Register it before connect(), or correct the name",
    );
  for (const [name, { once }] of tools) {
    const readBackWith = typeof once === "object" ? once.readBackWith : undefined;
    if (readBackWith !== undefined && isUnknown(readBackWith))
      throw new TypeError(
        `tachograph(): tool "${name}": once.readBackWith names "${readBackWith}", which is not registered; ${registered()}`,
      );
  }
}

/** The first changing calls of a process should not wait, or be refused, while the ledger is reached for the first time. */
function warmUp({ options: { ledger }, policies, recorder }: Gate): void {
  if (policies.usesOnce) leaseKeeperOf(ledger as OperationStore, recorder.report).warmUp(recorder);
}

/** Learns when the SDK's handling of a call ends, and for a low-level server when its own handler starts and ends. */
function watchRequestHandlers(low: Record<string, unknown>, gate: Gate, highLevel: boolean): void {
  const setRequestHandler = (low["setRequestHandler"] as Handler).bind(low);
  low["setRequestHandler"] = (...args: unknown[]): unknown => {
    const handler = args.at(-1);
    if (typeof handler !== "function") return setRequestHandler(...args);
    const handle = handler as Handler;
    if (handlesMethod(args[0], "tools/list")) {
      gate.contracts.listWith((cursor, extra) =>
        handle({ method: "tools/list", params: typeof cursor === "string" ? { cursor } : {} }, extra),
      );
      return setRequestHandler(...args);
    }
    if (!handlesMethod(args[0], "tools/call")) return setRequestHandler(...args);
    // An McpServer sets its own handler while its first tool is registered; any other is an author's.
    return setRequestHandler(...args.slice(0, -1), watchedHandler(handle, gate, highLevel && gate.registering));
  };
  watchFallbackHandler(low, gate);
}

function watchedHandler(handle: Handler, gate: Gate, isSdks: boolean): Handler {
  return (...call) => {
    if (!isSdks) void gate.contracts.learn(call[1]);
    const delivery = currentDelivery.getStore();
    const result = gatedBy(gate, () => (isSdks ? handle(...call) : observeHandler(handle, call)), call);
    const settled = (): void => guarded(delivery, () => delivery?.dispatchSettled());
    if (isThenable(result)) result.then(settled, settled);
    else settled();
    return result;
  };
}

/** A server that forwards everything may do so without a handler for `tools/call`. */
function watchFallbackHandler(low: Record<string, unknown>, gate: Gate): void {
  const given = low["fallbackRequestHandler"];
  let fallback: unknown;
  Object.defineProperty(low, "fallbackRequestHandler", {
    configurable: true,
    enumerable: true,
    get: () => fallback,
    set: (handler: unknown) => {
      fallback =
        typeof handler === "function"
          ? (...call: unknown[]) => {
              const isCall = isObject(call[0]) && call[0]["method"] === "tools/call";
              return isCall
                ? gatedBy(gate, () => observeHandler(handler as Handler, call), call)
                : (handler as Handler)(...call);
            }
          : handler;
    },
  });
  low["fallbackRequestHandler"] = given;
}

/** v2 names the method; v1 gives a schema whose `method` is that literal. */
function handlesMethod(subject: unknown, method: string): boolean {
  if (typeof subject === "string") return subject === method;
  if (!isObject(subject)) return false;
  const shape: unknown = subject["shape"];
  const literal = isObject(shape) ? shape["method"] : undefined;
  if (!isObject(literal) || typeof literal["safeParse"] !== "function") return false;
  return (literal["safeParse"] as (value: string) => { success: boolean }).call(literal, method).success;
}

/** Tells the running delivery when the tool's handler starts, returns and throws. */
function observeHandler(handler: Handler, call: unknown[], self?: unknown): unknown {
  const delivery = currentDelivery.getStore();
  if (delivery === undefined) return handler.apply(self, call);
  guarded(delivery, () => delivery.handlerStarted(signalOf(call.at(-1))));
  const returned = (value: unknown): void => guarded(delivery, () => delivery.handlerReturned(value));
  const threw = (error: unknown): void => guarded(delivery, () => delivery.handlerThrew(error));
  let result: unknown;
  try {
    result = handler.apply(self, call);
  } catch (error) {
    threw(error);
    throw error;
  }
  try {
    // A branch of its own, ahead of the SDK's: what the SDK gets is the handler's own promise.
    if (isThenable(result)) result.then(returned, threw);
    else returned(result);
  } catch (error) {
    // A result that throws when it is looked at.
    threw(error);
  }
  return result;
}

/** A fault of the gate's own is reported: it must not reach the server, nor end its process. */
function guarded(delivery: Delivery | undefined, action: () => void): void {
  try {
    action();
  } catch (cause) {
    delivery?.report(cause);
  }
}

function observed(handler: unknown): unknown {
  if (typeof handler === "function") {
    return function observedHandler(this: unknown, ...call: unknown[]): unknown {
      return observeHandler(handler as Handler, call, this);
    };
  }
  // v1 task tools: an object of handlers, of which `createTask` is the one that acts on a call.
  if (isObject(handler) && typeof handler["createTask"] === "function") {
    return Object.assign(Object.create(Object.getPrototypeOf(handler) as object | null) as object, handler, {
      createTask: observed((handler["createTask"] as Handler).bind(handler)),
    });
  }
  return handler;
}

function watchRegistrations(server: Record<string, unknown>, gate: Gate): void {
  watchRegistration(server, "registerTool", gate);
  watchRegistration(server, "tool", gate);
  const experimental = server["experimental"];
  const tasks = isObject(experimental) ? experimental["tasks"] : undefined;
  if (isObject(tasks)) watchRegistration(tasks, "registerToolTask", gate);
}

/** The handler is the last argument of every registering method, and its result the tool that is registered. */
function watchRegistration(owner: Record<string, unknown>, method: string, gate: Gate): void {
  const original = owner[method];
  if (typeof original !== "function") return;
  owner[method] = (...args: unknown[]): unknown => {
    gate.registering = true;
    let registered: unknown;
    try {
      registered = (original as Handler).call(owner, ...args.slice(0, -1), observed(args.at(-1)));
    } finally {
      gate.registering = false;
    }
    if (isObject(registered) && typeof args[0] === "string") watchTool(args[0], registered, gate);
    return registered;
  };
}

function watchTool(name: string, registered: Record<string, unknown>, gate: Gate): void {
  const { contracts } = gate;
  let current = name;
  contracts.register(current, registered);
  checkRegistration(name, gate);
  const update = registered["update"];
  if (typeof update !== "function") return;
  registered["update"] = (updates: Record<string, unknown>): unknown => {
    refuseUnguardedName(current, updates["name"], gate);
    const changes = "callback" in updates ? { ...updates, callback: observed(updates["callback"]) } : updates;
    const result = (update as Handler).call(registered, changes);
    if (updates["name"] !== undefined) {
      contracts.unregister(current);
      if (typeof updates["name"] === "string") {
        current = updates["name"];
        contracts.register(current, registered);
      }
    }
    return result;
  };
}

/** A tool that is given another name must not leave its options behind. */
function refuseUnguardedName(current: string, name: unknown, { options }: Gate): void {
  const tools = options.tools ?? {};
  if (typeof name !== "string" || name === current || !Object.hasOwn(tools, current) || Object.hasOwn(tools, name))
    return;
  throw new TypeError(
    `tachograph(): tool "${current}" cannot be renamed to "${name}", for which there are no options; give it some`,
  );
}

/** What can never work is said when the tool is registered, and not when it is called. */
function checkRegistration(name: string, { contracts, policies, options }: Gate): void {
  const tools: Readonly<Record<string, ToolOptions>> = options.tools ?? {};
  const once = Object.hasOwn(tools, name) ? tools[name]?.once : undefined;
  const annotations = contracts.registeredTool(name)?.annotations;
  const onlyReads = isObject(annotations) && annotations["readOnlyHint"] === true;
  if (once !== undefined && once !== false && onlyReads && tools[name]?.mutability === undefined)
    throw new TypeError(
      `tachograph(): tool "${name}": once is for tools that change something, and this one says that it only reads; ` +
        `leave once out, or write mutability: "mutating"`,
    );
  if (!policies.of(name).validate) return;
  try {
    contracts.validatorOf(name, "input");
    contracts.validatorOf(name, "output");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : "it is no schema";
    throw new TypeError(`tachograph(): tool "${name}": its schema cannot be used to validate: ${why}`, { cause });
  }
  if (isObject(once)) refuseUnknownArguments(name, once, contracts);
}

/** An argument that the schema does not let through would never be found in a call. */
function refuseUnknownArguments(tool: string, once: OnceOptions, contracts: Contracts): void {
  const { keyArgument, confirmArgument, volatileArgs = [] } = once;
  const named = Object.entries({ keyArgument, confirmArgument, volatileArgs }).flatMap(([option, names]) =>
    [names].flat().flatMap((name) => (name === undefined ? [] : [{ option, name }])),
  );
  // A stateless server registers its tools for each request, and a schema takes a while to convert.
  if (named.length === 0) return;
  const schema = contracts.jsonSchemaOf(tool, "input");
  if (!isObject(schema) || !isObject(schema["properties"]) || (schema["additionalProperties"] ?? false) !== false)
    return;
  if (["allOf", "anyOf", "oneOf", "$ref", "patternProperties", "if"].some((keyword) => keyword in schema)) return;
  const { properties } = schema;
  const unknown = named.find(({ name }) => !Object.hasOwn(properties, name));
  if (unknown !== undefined)
    throw new TypeError(
      `tachograph(): tool "${tool}": once.${unknown.option} names "${unknown.name}", which is no argument of the tool; ` +
        `its arguments are ${Object.keys(properties).join(", ") || "none"}`,
    );
}
