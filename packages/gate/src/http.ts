import type { IncomingMessage, ServerResponse } from "node:http";
import { newId, type Outcome } from "@tachograph/record";
import { currentHttpRequest } from "./connection.ts";
import { Contracts } from "./contracts.ts";
import { Delivery } from "./delivery.ts";
import { parseRetryAfter } from "./errors/classify-error.ts";
import type { AuthInfo, GateOptions } from "./options.ts";
import { recorderFor } from "./recorder.ts";
import { isObject } from "./is-object.ts";

export interface HttpObserverOptions extends GateOptions {
  /** Name and version of the MCP server behind this layer, as it gives them to `McpServer`. */
  server: { name: string; version?: string };
}

interface Refusal {
  status: number;
  header: (name: string) => string | null;
}

interface CallRequest {
  /** What the HTTP layer verified before it refused. */
  authInfo: AuthInfo | undefined;
  header: (name: string) => string | null;
  /** The body as far as it was read, null where nothing was. */
  body: string | null;
}

const MAX_BODY_LENGTH = 1024 * 1024;
/** Whoever is refused may be anybody: a body of a megabyte must not become tens of thousands of rows. */
const MAX_CALLS_PER_REFUSAL = 50;

function outcomeOfStatus(status: number): { outcome: Outcome; reason: string } {
  switch (status) {
    case 401:
      return { outcome: "unauthenticated", reason: "refused by the HTTP layer: no or bad credentials (401)" };
    case 403:
      return { outcome: "denied", reason: "refused by the HTTP layer (403)" };
    case 429:
      return { outcome: "rate_limited", reason: "refused by the HTTP layer: too many requests (429)" };
    default:
      return status >= 500
        ? { outcome: "internal_error", reason: `the HTTP layer failed before the call reached the server (${status})` }
        : { outcome: "malformed", reason: `refused by the HTTP layer: no well-formed request (${status})` };
  }
}

/** The `tools/call` messages in a body; one without a name where the body cannot be read but a header says what it is. */
function callsIn(request: CallRequest, refusal: Refusal): Record<string, unknown>[] {
  const named = request.header("mcp-method");
  const fromHeaders = { method: "tools/call", params: { name: request.header("mcp-name") ?? undefined } };
  let body: unknown;
  try {
    body = request.body === null || request.body.length > MAX_BODY_LENGTH ? undefined : JSON.parse(request.body);
  } catch {
    // No JSON at all: it cannot be shown that this was no call, and it was refused for what it is.
    return refusal.status < 500 && (named === null || named === "tools/call") ? [fromHeaders] : [];
  }
  if (body === undefined) return named === "tools/call" ? [fromHeaders] : [];
  return [body]
    .flat()
    .filter((message): message is Record<string, unknown> => isObject(message) && message["method"] === "tools/call")
    .slice(0, MAX_CALLS_PER_REFUSAL);
}

/** Records a request that was answered with an error status and never reached a transport. */
function recordRefusal(options: HttpObserverOptions, request: CallRequest, refusal: Refusal): void {
  const recorder = recorderFor(options);
  try {
    for (const message of callsIn(request, refusal)) {
      const delivery = new Delivery(newId(), {
        recorder,
        options,
        server: { name: options.server.name, version: options.server.version ?? null },
        contracts: recorder.contracts.get(options.server.name) ?? new Contracts(options.tools),
        connection: {
          connectionId: newId(),
          transport: "http",
          transportSessionId: undefined,
          protocolVersion: request.header("mcp-protocol-version"),
          clientName: null,
          clientVersion: null,
        },
        message,
        extra: { authInfo: request.authInfo, requestInfo: { headers: headersOf(request) } },
      });
      const { outcome, reason } = outcomeOfStatus(refusal.status);
      delivery.refused(outcome, {
        reason,
        errorCode: errorInChallenge(refusal.header("www-authenticate")) ?? `http:${refusal.status}`,
        retryAfterMs: parseRetryAfter(refusal.header("retry-after")),
      });
    }
  } catch (cause) {
    recorder.report({ code: "gate_fault", message: "the gate failed to record a refused HTTP request", cause });
  }
}

const headersOf = (request: CallRequest): Record<string, string | undefined> => ({
  "mcp-session-id": request.header("mcp-session-id") ?? undefined,
  baggage: request.header("baggage") ?? undefined,
});

/** `insufficient_scope` and the like, from a `WWW-Authenticate` header (RFC 6750). */
const errorInChallenge = (challenge: string | null): string | null =>
  /\berror="([\w.-]{1,64})"/.exec(challenge ?? "")?.[1] ?? null;

/**
 * Middleware for Express, Connect or plain `node:http`: put it in front of authentication. It changes no request and no
 * answer; it records the tool calls that are refused before they reach an MCP transport: 401, 403, 429, a bad session,
 * a malformed body or header.
 */
export function observeHttp(
  options: HttpObserverOptions,
): (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void {
  return (request, response, next) => {
    if (request.method !== "POST" || currentHttpRequest.getStore() !== undefined) {
      next();
      return;
    }
    const seen = { reached: false };
    const body = tapBody(request);
    const answered = tapHeaders(response);
    response.once("finish", () => {
      if (seen.reached || response.statusCode < 400) return;
      const header = (name: string): string | null => first(request.headers[name]);
      const refusal: Refusal = { status: response.statusCode, header: answered };
      // Where bearer-token middleware leaves what it verified.
      const authInfo = (request as { auth?: AuthInfo }).auth;
      body((text) => recordRefusal(options, { header, body: text, authInfo }, refusal));
    });
    currentHttpRequest.run(seen, next);
  };
}

const first = (value: string | number | readonly string[] | undefined): string | null =>
  value === undefined ? null : typeof value === "object" ? (value[0] ?? null) : String(value);

/** The headers of the answer; Node forgets those that `writeHead` was given. */
function tapHeaders(response: ServerResponse): (name: string) => string | null {
  let written: unknown;
  const writeHead = response.writeHead.bind(response);
  response.writeHead = (...args: unknown[]) => {
    written = args.at(-1);
    return writeHead(...(args as Parameters<typeof writeHead>));
  };
  return (name) => {
    const pairs = Array.isArray(written)
      ? written.flat().flatMap((key, index, flat) => (index % 2 === 0 ? [[key, flat[index + 1]]] : []))
      : Object.entries(isObject(written) ? written : {});
    const found = pairs.find(([key]) => String(key).toLowerCase() === name)?.[1] as string | string[] | undefined;
    return first(found ?? response.getHeader(name));
  };
}

/** How long the rest of a refused request's body is waited for. */
const BODY_WAIT_MS = 1_000;

/**
 * Keeps a copy of the body as the parser pushes it, without reading the stream: whoever handles the request reads it
 * as if nobody else were there.
 */
function tapBody(request: IncomingMessage & { body?: unknown }): (done: (text: string | null) => void) => void {
  const chunks: Buffer[] = [];
  let length = 0;
  let onEnd: (() => void) | undefined;
  const push = request.push.bind(request);
  request.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (chunk === null) onEnd?.();
    else if (length <= MAX_BODY_LENGTH) {
      const copy = Buffer.from(chunk as Uint8Array);
      chunks.push(copy);
      length += copy.length;
    }
    return push(chunk, encoding);
  };
  const text = (): string | null => {
    if (length > 0) return Buffer.concat(chunks).toString("utf8");
    // A body parser in front of this has taken it already.
    return request.body === undefined ? null : JSON.stringify(request.body);
  };
  return (done) => {
    if (request.complete) {
      done(text());
      return;
    }
    const finish = (): void => {
      clearTimeout(timer);
      onEnd = undefined;
      done(text());
    };
    const timer = setTimeout(finish, BODY_WAIT_MS).unref();
    onEnd = finish;
  };
}

/**
 * The same for a handler of web requests (`createMcpHandler`, Hono, Bun, Deno, Workers): wraps it, changes no request
 * and no answer. Around the handler that is given the verified `authInfo` it also knows who was refused; it may stand
 * inside another observer, and each call is still one row.
 */
export function observeFetch<Rest extends unknown[]>(
  handler: (request: Request, ...rest: Rest) => Promise<Response> | Response,
  options: HttpObserverOptions,
): (request: Request, ...rest: Rest) => Promise<Response> {
  return async (request, ...rest) => {
    if (request.method !== "POST") return handler(request, ...rest);
    const outer = currentHttpRequest.getStore();
    const seen = { reached: false };
    const copy = request.clone();
    const response = await currentHttpRequest.run(seen, async () => handler(request, ...rest));
    // Whoever observes further out has nothing left to record.
    if (outer && (seen.reached || response.status >= 400)) outer.reached = true;
    if (seen.reached || response.status < 400) {
      void copy.body?.cancel();
      return response;
    }
    const body = await readBody(copy);
    recordRefusal(
      options,
      { header: (name) => request.headers.get(name), body, authInfo: authInfoIn(rest[0]) },
      { status: response.status, header: (name) => response.headers.get(name) },
    );
    return response;
  };
}

/** What arrives of a refused request's body in good time; null where nothing does or it is too long to be a call. */
async function readBody(request: Request): Promise<string | null> {
  const reader = request.body?.getReader();
  if (reader === undefined) return null;
  const chunks: Uint8Array[] = [];
  let length = 0;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, BODY_WAIT_MS);
  });
  try {
    while (length <= MAX_BODY_LENGTH) {
      const chunk = await Promise.race([reader.read(), late]);
      if (!chunk || chunk.done) break;
      chunks.push(chunk.value);
      length += chunk.value.length;
    }
  } catch {
    // A body that broke off is judged by what came of it.
  }
  clearTimeout(timer);
  void reader.cancel().catch(() => undefined);
  return length === 0 || length > MAX_BODY_LENGTH ? null : Buffer.concat(chunks).toString("utf8");
}

/** `createMcpHandler().fetch(request, { authInfo })` takes it as its second argument. */
const authInfoIn = (options: unknown): AuthInfo | undefined =>
  isObject(options) && isObject(options["authInfo"]) ? options["authInfo"] : undefined;
