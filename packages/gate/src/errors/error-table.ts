import type { Effect, RetryClass } from "@tachograph/record";

export interface ErrorTableRow {
  /** What has happened, for the documentation. */
  meaning: string;
  /**
   * What names the failure: a system or library code, `sql:` and an SQLSTATE or its first characters, `http:` and a
   * status, `grpc:` and a status name, `mcp:` and a JSON-RPC code.
   */
  signals: readonly string[];
  /** Class and effect for a tool that mutates. */
  mutating: { retryClass: RetryClass; effect: Effect };
  /** Class for a tool that only reads; its effect is always `none`. */
  read: RetryClass;
}

/** What a handler's failure says about trying again and about having happened. The most specific signal wins. */
export const errorTable: readonly ErrorTableRow[] = [
  {
    meaning: "Never sent: nobody can have acted on it",
    signals: [
      "ECONNREFUSED",
      "ENOTFOUND",
      "EAI_AGAIN",
      "EHOSTUNREACH",
      "ENETUNREACH",
      "UND_ERR_CONNECT_TIMEOUT",
      "CONNECT_TIMEOUT",
      "ERR_POOL_ACQUIRE_TIMEOUT",
      "KnexTimeoutError",
      "sql:08001",
      "sql:08004",
      "sql:57P03",
      "sql:53300",
    ],
    mutating: { retryClass: "retryable", effect: "none" },
    read: "retryable",
  },
  {
    meaning: "Sent, and the answer lost",
    signals: [
      "ECONNRESET",
      "EPIPE",
      "ETIMEDOUT",
      "ECONNABORTED",
      "ERR_STREAM_PREMATURE_CLOSE",
      "UND_ERR_HEADERS_TIMEOUT",
      "UND_ERR_BODY_TIMEOUT",
      "UND_ERR_SOCKET",
      "ABORT_ERR",
      "AbortError",
      "TimeoutError",
      "CONNECTION_CLOSED",
      "CONNECTION_DESTROYED",
      "sql:40003",
      "sql:08006",
      "sql:08007",
      "sql:57P01",
      "sql:57P02",
    ],
    mutating: { retryClass: "verify", effect: "unknown" },
    read: "retryable",
  },
  {
    meaning: "Not let in, or no address",
    signals: [
      "ERR_INVALID_URL",
      "tls",
      "CERT_HAS_EXPIRED",
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "SELF_SIGNED_CERT_IN_CHAIN",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
      "http:401",
      "http:403",
      "grpc:PERMISSION_DENIED",
      "grpc:UNAUTHENTICATED",
      "sql:42501",
      "EACCES",
      "EPERM",
    ],
    mutating: { retryClass: "terminal", effect: "none" },
    read: "terminal",
  },
  {
    meaning: "Refused, and will be again",
    signals: [
      "http:404",
      "http:405",
      "http:406",
      "http:409",
      "http:410",
      "http:411",
      "http:412",
      "http:413",
      "http:414",
      "http:415",
      "http:501",
      "http:505",
      "sql:23505",
      "grpc:NOT_FOUND",
      "grpc:ALREADY_EXISTS",
      "grpc:FAILED_PRECONDITION",
      "grpc:UNIMPLEMENTED",
      "ENOENT",
      "EEXIST",
    ],
    mutating: { retryClass: "terminal", effect: "none" },
    read: "terminal",
  },
  {
    meaning: "Refused as wrong; `correctable` where the answer names a field",
    signals: ["http:400", "http:422"],
    mutating: { retryClass: "terminal", effect: "none" },
    read: "terminal",
  },
  {
    meaning: "Told to come back later",
    signals: ["http:408", "http:425", "http:429", "http:529", "http:503+retry-after"],
    mutating: { retryClass: "retryable", effect: "none" },
    read: "retryable",
  },
  {
    meaning: "Failed somewhere behind",
    signals: ["http:500", "http:502", "http:503", "http:504"],
    mutating: { retryClass: "verify", effect: "unknown" },
    read: "retryable",
  },
  {
    meaning: "Rolled back",
    signals: ["sql:40001", "sql:40P01", "sql:55P03", "sql:57014", "sql:25006"],
    mutating: { retryClass: "retryable", effect: "none" },
    read: "retryable",
  },
  {
    meaning: "Refused the data",
    signals: [
      "sql:22",
      "sql:23502",
      "sql:23503",
      "sql:23514",
      "grpc:INVALID_ARGUMENT",
      "grpc:OUT_OF_RANGE",
      "mcp:-32602",
    ],
    mutating: { retryClass: "correctable", effect: "none" },
    read: "correctable",
  },
  {
    meaning: "No answer in time",
    signals: ["grpc:UNAVAILABLE", "grpc:DEADLINE_EXCEEDED"],
    mutating: { retryClass: "verify", effect: "unknown" },
    read: "retryable",
  },
  {
    meaning: "Failed somewhere behind, without a reason",
    signals: ["grpc:CANCELLED", "grpc:UNKNOWN", "grpc:INTERNAL"],
    mutating: { retryClass: "verify", effect: "unknown" },
    read: "terminal",
  },
  {
    meaning: "An upstream MCP server refused the request",
    signals: ["mcp:-32700", "mcp:-32600", "mcp:-32601"],
    mutating: { retryClass: "terminal", effect: "none" },
    read: "terminal",
  },
  {
    meaning: "An upstream MCP server failed",
    signals: ["mcp:-32000", "mcp:-32001", "mcp:-32603"],
    mutating: { retryClass: "verify", effect: "unknown" },
    read: "retryable",
  },
  {
    meaning: "A fault of the handler itself, which says nothing about what it had done by then",
    signals: ["TypeError", "ReferenceError", "RangeError"],
    mutating: { retryClass: "verify", effect: "unknown" },
    read: "terminal",
  },
];
