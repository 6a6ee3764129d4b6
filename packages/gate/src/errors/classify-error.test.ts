import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import type { Effect, RetryClass } from "@tachograph/record";
import { describe, expect, test } from "vitest";
import { classifyError, parseRetryAfter } from "./classify-error.ts";
import { errorTable } from "./error-table.ts";

const errorWith = (fields: object, message = "failed"): Error => Object.assign(new Error(message), fields);
const coded = (...codes: string[]) => codes.map((code) => errorWith({ code }));
const status = (...codes: number[]) => codes.map((code) => errorWith({ status: code }));
const sql = coded;
const grpc = (...codes: number[]) => codes.map((code) => errorWith({ code, details: "from upstream" }));
const mcp = (...codes: number[]) => codes.map((code) => errorWith({ code }));

/** The rows of the design's table: mutating class, its effect, class of a read. */
const table: [signals: string, errors: Error[], mutating: RetryClass, effect: Effect, read: RetryClass][] = [
  [
    "never connected",
    coded("ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"),
    "retryable",
    "none",
    "retryable",
  ],
  [
    "connecting timed out",
    [...coded("UND_ERR_CONNECT_TIMEOUT", "CONNECT_TIMEOUT"), errorWith({ code: "ETIMEDOUT", syscall: "connect" })],
    "retryable",
    "none",
    "retryable",
  ],
  [
    "no connection of the pool",
    [...coded("ERR_POOL_ACQUIRE_TIMEOUT"), errorWith({ name: "KnexTimeoutError" })],
    "retryable",
    "none",
    "retryable",
  ],
  ["SQL, never sent", sql("08001", "08004", "57P03", "53300"), "retryable", "none", "retryable"],
  ["connection lost", coded("ECONNRESET", "EPIPE", "ETIMEDOUT", "UND_ERR_SOCKET"), "verify", "unknown", "retryable"],
  ["no answer in time", coded("UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"), "verify", "unknown", "retryable"],
  ["socket hang up", [new Error("socket hang up")], "verify", "unknown", "retryable"],
  [
    "aborted",
    [new DOMException("", "AbortError"), new DOMException("", "TimeoutError"), ...coded("ABORT_ERR")],
    "verify",
    "unknown",
    "retryable",
  ],
  [
    "TLS and URL",
    coded(
      "CERT_HAS_EXPIRED",
      "ERR_TLS_CERT_ALTNAME_INVALID",
      "ERR_SSL_WRONG_VERSION_NUMBER",
      "ERR_INVALID_URL",
      "DEPTH_ZERO_SELF_SIGNED_CERT",
    ),
    "terminal",
    "none",
    "terminal",
  ],
  ["401, 403", status(401, 403), "terminal", "none", "terminal"],
  ["gRPC PERMISSION_DENIED, UNAUTHENTICATED", grpc(7, 16), "terminal", "none", "terminal"],
  ["SQL, no privilege", sql("42501"), "terminal", "none", "terminal"],
  ["400, 422", status(400, 422), "terminal", "none", "terminal"],
  [
    "400, 422 that name a field",
    [
      errorWith({ status: 400, field: "date" }),
      errorWith({ response: { status: 422, data: { errors: [{ path: "date" }] } } }),
    ],
    "correctable",
    "none",
    "correctable",
  ],
  [
    "404 and its like",
    status(404, 405, 406, 409, 410, 411, 412, 413, 414, 415, 501, 505),
    "terminal",
    "none",
    "terminal",
  ],
  [
    "told to come back",
    [...status(408, 425, 429, 529), errorWith({ status: 503, headers: { "retry-after": "3" } })],
    "retryable",
    "none",
    "retryable",
  ],
  ["5xx", status(500, 502, 503, 504), "verify", "unknown", "retryable"],
  ["SQL, rolled back", sql("40001", "40P01", "55P03", "57014", "25006"), "retryable", "none", "retryable"],
  ["SQL, lost around COMMIT", sql("40003", "08006", "08007", "57P01", "57P02"), "verify", "unknown", "retryable"],
  ["SQL, bad data", sql("22001", "22P02", "22003", "23502", "23503", "23514"), "correctable", "none", "correctable"],
  ["gRPC INVALID_ARGUMENT, OUT_OF_RANGE", grpc(3, 11), "correctable", "none", "correctable"],
  ["SQL, exists already", sql("23505"), "terminal", "none", "terminal"],
  [
    "gRPC NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION, UNIMPLEMENTED",
    grpc(5, 6, 9, 12),
    "terminal",
    "none",
    "terminal",
  ],
  ["gRPC UNAVAILABLE, DEADLINE_EXCEEDED", grpc(14, 4), "verify", "unknown", "retryable"],
  ["gRPC CANCELLED, UNKNOWN, INTERNAL", grpc(1, 2, 13), "verify", "unknown", "terminal"],
  ["upstream MCP refused", mcp(-32700, -32600, -32601), "terminal", "none", "terminal"],
  ["upstream MCP bad arguments", mcp(-32602), "correctable", "none", "correctable"],
  ["upstream MCP failed", mcp(-32001, -32000, -32603), "verify", "unknown", "retryable"],
  [
    "a fault of the handler",
    [new TypeError("x"), new ReferenceError("x"), new RangeError("x")],
    "verify",
    "unknown",
    "terminal",
  ],
  [
    "nothing known",
    [new Error("x"), errorWith({ code: "E_OF_MINE" }), errorWith({ code: 7 }), errorWith({ status: 302 })],
    "verify",
    "unknown",
    "terminal",
  ],
];

describe.each(table)("%s", (_signals, errors, mutating, effect, read) => {
  test.each(errors.map((error) => [`${(error as { code?: string | number }).code ?? error.name}`, error] as const))(
    "%s",
    (_name, error) => {
      for (const mutability of ["mutating", "destructive"] as const) {
        expect(classifyError(error, mutability)).toMatchObject({ effect, retryClass: mutating });
      }
      expect(classifyError(error, "read")).toMatchObject({ effect: "none", retryClass: read });
    },
  );
});

async function closedUrl(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return `http://127.0.0.1:${port}/`;
}

test("no signal stands in two rows", () => {
  const signals = errorTable.flatMap((row) => row.signals);
  expect(new Set(signals).size).toBe(signals.length);
});

describe("where the signal is found", () => {
  const refused = errorWith({ code: "ECONNREFUSED" });
  const wrapped = (levels: number, inner: unknown): Error =>
    Array.from({ length: levels }).reduce<Error>((cause) => new Error("wrapped", { cause }), inner as Error);

  test("in a cause, at most 10 errors deep", () => {
    expect(classifyError(wrapped(9, refused), "mutating").code).toBe("ECONNREFUSED");
    expect(classifyError(wrapped(10, refused), "mutating")).toMatchObject({ code: "Error", retryClass: "verify" });
    expect(classifyError(wrapped(100_000, refused), "mutating").code).toBe("Error");
  });

  test("in the cause of `fetch failed`, which is a TypeError", () => {
    expect(classifyError(new TypeError("fetch failed", { cause: refused }), "mutating")).toMatchObject({
      code: "ECONNREFUSED",
      retryClass: "retryable",
    });
  });

  test("in a real failed fetch and a real bad URL", async () => {
    const url = await closedUrl();
    const failed = await fetch(url).catch((error: unknown) => error);
    expect(classifyError(failed, "mutating")).toMatchObject({ code: "ECONNREFUSED", effect: "none" });
    expect(classifyError(await fetch("nowhere").catch((error: unknown) => error), "mutating")).toMatchObject({
      code: "ERR_INVALID_URL",
      effect: "none",
    });
    const aborted = await fetch(url, { signal: AbortSignal.abort() }).catch((error: unknown) => error);
    expect(classifyError(aborted, "mutating")).toMatchObject({ code: "AbortError", effect: "unknown" });
  });

  test("the outermost known signal goes before the ones it wraps", () => {
    expect(classifyError(errorWith({ status: 404, cause: refused }), "mutating").code).toBe("http:404");
  });

  test("in the status of a response, however the library spells it", () => {
    for (const fields of [
      { status: 429 },
      { statusCode: 429 },
      { response: { status: 429 } },
      { response: { statusCode: 429 } },
      { $metadata: { httpStatusCode: 429 } },
    ]) {
      expect(classifyError(errorWith(fields), "read").code).toBe("http:429");
    }
  });

  test("in the members of an AggregateError, of which the least certain decides", () => {
    const reset = errorWith({ code: "ECONNRESET" });
    expect(classifyError(new AggregateError([refused, refused]), "mutating")).toMatchObject({
      code: "ECONNREFUSED",
      effect: "none",
    });
    expect(classifyError(new AggregateError([refused, reset]), "mutating")).toMatchObject({
      code: "ECONNRESET",
      effect: "unknown",
    });
    expect(classifyError(new AggregateError([refused, new Error("who knows")]), "mutating")).toMatchObject({
      effect: "unknown",
      retryClass: "verify",
    });
    expect(classifyError(new AggregateError([]), "mutating")).toMatchObject({
      effect: "unknown",
      retryClass: "verify",
    });
  });
});

describe("whatever a handler throws gives a verdict", () => {
  const cycle = new Error("a");
  cycle.cause = new Error("b", { cause: cycle });
  const aggregateOfItself = new AggregateError([]);
  aggregateOfItself.errors = [aggregateOfItself, aggregateOfItself];
  const thrower = (): never => {
    throw new Error("no");
  };
  test.each<[string, unknown]>([
    ["undefined", undefined],
    ["null", null],
    ["a text", "ECONNREFUSED"],
    ["a number", 42],
    ["an empty object", {}],
    ["a cycle of causes", cycle],
    ["an AggregateError of itself", aggregateOfItself],
    [
      "getters that throw",
      Object.defineProperties(
        new Error("x"),
        Object.fromEntries(
          ["code", "name", "cause", "errors", "status", "response", "headers", "message"].map((name) => [
            name,
            { get: thrower },
          ]),
        ),
      ),
    ],
    ["headers whose get throws", errorWith({ headers: { get: thrower } })],
    [
      "headers with a getter that throws",
      errorWith({ headers: Object.defineProperty({}, "retry-after", { get: thrower }) }),
    ],
    ["a proxy that throws", new Proxy({}, { get: thrower, has: thrower, ownKeys: thrower, getPrototypeOf: thrower })],
    ["a null prototype", Object.create(null)],
  ])("%s", (_name, thrown) => {
    expect(classifyError(thrown, "mutating")).toMatchObject({
      effect: "unknown",
      retryClass: "verify",
      retryAfterMs: null,
    });
    expect(classifyError(thrown, "read")).toMatchObject({ effect: "none", retryClass: "terminal" });
  });

  test("the code is short, even where the error's name is not", () => {
    expect(classifyError(errorWith({ name: "N".repeat(10_000) }), "read").code.length).toBeLessThanOrEqual(128);
  });
});

describe("Retry-After", () => {
  const now = Date.UTC(2026, 10, 23, 22, 0, 0);
  test.each([
    ["3", 3_000],
    ["0", 0],
    ["1.5", 1_500],
    [" 120 ", 120_000],
    ["Mon, 23 Nov 2026 22:00:10 GMT", 10_000],
    ["Mon, 23 Nov 2026 21:00:00 GMT", 0],
    ["-1", null],
    ["soon", null],
    ["", null],
    ["Infinity", null],
    ["99999999999999999999999", 31_536_000_000],
    ["1e300", 31_536_000_000],
    ["Fri, 01 Jan 9999 00:00:00 GMT", 31_536_000_000],
  ])("%j is %j ms", (value, expected) => expect(parseRetryAfter(value, now)).toBe(expected));

  test("is read from the error's or its response's headers, of either kind", () => {
    const headers = new Headers({ "Retry-After": "2" });
    for (const fields of [
      { headers },
      { response: { headers } },
      { headers: { "retry-after": "2" } },
      { headers: { "Retry-After": 2 } },
    ]) {
      expect(classifyError(errorWith({ status: 429, ...fields }), "read")).toMatchObject({
        code: "http:429",
        retryAfterMs: 2_000,
      });
    }
    expect(classifyError(new Error("outer", { cause: errorWith({ status: 503, headers }) }), "mutating")).toMatchObject(
      {
        code: "http:503+retry-after",
        retryAfterMs: 2_000,
        effect: "none",
      },
    );
  });
});
