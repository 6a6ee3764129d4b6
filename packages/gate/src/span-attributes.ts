import type { Attributes } from "@opentelemetry/api";
import type { CallPayload, CallRecord, Outcome } from "@tachograph/record";
import type { ConnectionFacts } from "./delivery-inputs.ts";

/** How a call was answered, as far as its span and its metrics tell it. */
export interface Answered {
  /** Code of the JSON-RPC error; null where there was none. */
  statusCode: number | null;
  /** Whether a result was sent, and what it called itself; null where none was. */
  isError: boolean | null;
}

/** Every attribute that the span of a call can have. */
export const spanAttributeNames = [
  "mcp.method.name",
  "mcp.protocol.version",
  "mcp.session.id",
  "gen_ai.operation.name",
  "gen_ai.tool.name",
  "gen_ai.tool.call.id",
  "gen_ai.tool.call.arguments",
  "gen_ai.tool.call.result",
  "jsonrpc.request.id",
  "rpc.response.status_code",
  "network.transport",
  "error.type",
  "tachograph.call.id",
  "tachograph.outcome",
  "tachograph.effect",
  "tachograph.retry.class",
  "tachograph.retry.kind",
  "tachograph.retry.after_ms",
  "tachograph.rule",
  "tachograph.would_deny",
  "tachograph.operation.id",
  "tachograph.original_call.id",
  "tachograph.key.source",
] as const;
export type SpanAttributeName = (typeof spanAttributeNames)[number];

/** What is known of every call when it comes in. */
export const methodAttributes = {
  "mcp.method.name": "tools/call",
  "gen_ai.operation.name": "execute_tool",
} as const satisfies Partial<Record<SpanAttributeName, string>>;

/** What is known of a call when it ends. */
export function attributesOf(call: CallRecord, answered: Answered, connection: ConnectionFacts): Attributes {
  return withoutNulls({
    "gen_ai.tool.call.id": call.toolUseId,
    "jsonrpc.request.id": requestIdOf(call),
    "mcp.protocol.version": call.protocolVersion,
    "mcp.session.id": mcpSessionIdOf(call, connection),
    "network.transport": networkTransportOf(call),
    "rpc.response.status_code": answered.statusCode === null ? null : String(answered.statusCode),
    "error.type": errorTypeOf(call, answered),
    "tachograph.call.id": call.id,
    "tachograph.outcome": call.outcome,
    "tachograph.effect": call.effect,
    "tachograph.retry.class": call.retryClass,
    "tachograph.retry.kind": call.retryKind,
    "tachograph.retry.after_ms": call.retryAfterMs,
    "tachograph.rule": call.rule,
    "tachograph.would_deny": call.wouldDeny,
    "tachograph.operation.id": call.operationId,
    "tachograph.original_call.id": call.originalCallId,
    "tachograph.key.source": call.keySource,
  });
}

/** Longest text of arguments or of a result on a span, in UTF-8 bytes. */
const MAX_PAYLOAD_BYTES = 4_096;

/** Arguments and result, without their secrets. */
export function payloadAttributesOf({ arguments: args, result }: CallPayload, { statusCode }: Answered): Attributes {
  return withoutNulls({
    "gen_ai.tool.call.arguments": cut(args),
    "gen_ai.tool.call.result": statusCode === null ? cut(result) : null,
  });
}

function cut(json: string | null): string | null {
  if (json === null || Buffer.byteLength(json) <= MAX_PAYLOAD_BYTES) return json;
  const bytes = Buffer.from(json);
  let end = MAX_PAYLOAD_BYTES;
  // A byte of the form 10xxxxxx is the middle of a character.
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString("utf8", 0, end);
}

type AttributeValue = string | number | string[];

const withoutNulls = (attributes: Partial<Record<SpanAttributeName, AttributeValue | null>>): Attributes =>
  Object.fromEntries(
    Object.entries(attributes).filter((entry): entry is [string, AttributeValue] => entry[1] !== null),
  );

/** The id as text, where it is one that JSON-RPC allows; the row has it as JSON. */
function requestIdOf({ rpcId }: CallRecord): string | null {
  if (rpcId === null || !/^["\d-]/.test(rpcId)) return null;
  if (!rpcId.startsWith('"')) return rpcId;
  try {
    return String(JSON.parse(rpcId));
  } catch {
    // It was cut.
    return rpcId.slice(1);
  }
}

/** Of the transport: the conversation may have another name. */
function mcpSessionIdOf(
  { sessionId, sessionSource }: CallRecord,
  { transportSessionId }: ConnectionFacts,
): string | null {
  return transportSessionId ?? (sessionSource === "mcp_session_id" ? sessionId : null);
}

export function networkTransportOf({ transport }: CallRecord): "pipe" | "tcp" | null {
  return transport === "stdio" ? "pipe" : transport === "http" ? "tcp" : null;
}

/** Outcomes that are no failure of the call. */
const fineOutcomes: readonly Outcome[] = ["ok", "duplicate_replayed", "input_required", "task_started"];

/** The convention's name of what went wrong; null where nothing did. */
export function errorTypeOf({ outcome }: CallRecord, { statusCode, isError }: Answered): string | null {
  if (statusCode !== null) return String(statusCode);
  if (isError === true) return "tool_error";
  return fineOutcomes.includes(outcome) ? null : outcome;
}

/** What a server is to blame for; the rest is up to the caller. */
const serverFaults: readonly Outcome[] = [
  "tool_error",
  "invalid_output",
  "timeout",
  "indeterminate",
  "upstream_unavailable",
  "audit_unavailable",
  "internal_error",
];
/** JSON-RPC errors of the caller: its text, its request, its method, its parameters, its resource. */
const CALLER_CODES: readonly number[] = [-32_700, -32_600, -32_601, -32_602, -32_002];

/** Whether the span's status says that the server failed. */
export const isServerFault = ({ outcome }: CallRecord, { statusCode }: Answered): boolean =>
  serverFaults.includes(outcome) &&
  // A bad result wears a caller's code.
  !(outcome === "tool_error" && statusCode !== null && CALLER_CODES.includes(statusCode));
