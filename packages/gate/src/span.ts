import {
  context,
  createTraceState,
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type Context,
  type Span,
  type SpanContext,
} from "@opentelemetry/api";
import type { CallRecord } from "@tachograph/record";
import type { Meta } from "./request-context.ts";

/** Finds the user's SDK whenever one is registered. */
const tracer = trace.getTracer("@tachograph/gate");
const traceparentPattern = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(?:-.*)?$/;

function remoteParent(meta: Meta): SpanContext | null {
  const { traceparent, tracestate } = meta;
  if (typeof traceparent !== "string" || traceparent.length > 512) return null;
  const [, traceId, spanId, flags] = traceparentPattern.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  const parent: SpanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED,
    isRemote: true,
    ...(typeof tracestate === "string" ? { traceState: createTraceState(tracestate) } : {}),
  };
  return isSpanContextValid(parent) ? parent : null;
}

export interface CallSpan {
  traceId: string | null;
  spanId: string | null;
  parentSpanId: string | null;
  /** Context in which the handler runs, so that its own spans become children. */
  context: Context;
  /** Sets the attributes that are known at the end, and ends the span unless the handler still runs. */
  settle(call: CallRecord, statusCode: number | null, keepOpen: boolean): void;
  /** The handler of a call that was answered or given up long before has ended. */
  completeLate(how: "returned" | "threw"): void;
}

/**
 * Starts the server span of one delivery. Its parent is the `traceparent` in the request's `_meta`, with a link to the
 * ambient span; without one, the ambient span.
 *
 * @see https://github.com/open-telemetry/semantic-conventions-genai
 */
export function startCallSpan(tool: string | null, meta: Meta, startedAt: number): CallSpan {
  const ambient = trace.getSpan(context.active())?.spanContext();
  const remote = remoteParent(meta);
  const parent = remote === null ? context.active() : trace.setSpanContext(ROOT_CONTEXT, remote);
  const span: Span = tracer.startSpan(
    tool === null ? "tools/call" : `tools/call ${tool}`,
    {
      kind: SpanKind.SERVER,
      startTime: startedAt,
      ...(remote !== null && ambient !== undefined && isSpanContextValid(ambient)
        ? { links: [{ context: ambient }] }
        : {}),
    },
    parent,
  );
  const own = span.spanContext();
  const parentSpan = remote ?? (ambient !== undefined && isSpanContextValid(ambient) ? ambient : null);
  // Without an SDK the API hands the parent's own context back: that is no span of ours.
  const isOurs = isSpanContextValid(own) && own.spanId !== parentSpan?.spanId;
  let ended = false;
  const end = (): void => {
    if (!ended) span.end();
    ended = true;
  };
  return {
    traceId: isSpanContextValid(own) ? own.traceId : (parentSpan?.traceId ?? null),
    spanId: isOurs ? own.spanId : null,
    parentSpanId: parentSpan?.spanId ?? null,
    context: trace.setSpan(parent, span),
    settle(call, statusCode, keepOpen) {
      if (span.isRecording()) {
        span.setAttributes(attributesOf(call, statusCode));
        if (call.outcome === "tool_error" || call.outcome === "invalid_output" || call.outcome === "internal_error") {
          span.setStatus({ code: SpanStatusCode.ERROR });
        }
      }
      if (keepOpen) setTimeout(end, LATE_COMPLETION_MS).unref();
      else end();
    },
    completeLate(how) {
      if (!ended) span.addEvent("tachograph.late_completion", { "tachograph.late_completion.handler": how });
      end();
    },
  };
}

/** How long a span waits for the handler of a call that was given up. */
const LATE_COMPLETION_MS = 60_000;

function attributesOf(call: CallRecord, statusCode: number | null): Attributes {
  const attributes: Record<string, string | number | null> = {
    "mcp.method.name": "tools/call",
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": call.tool,
    "gen_ai.tool.call.id": call.toolUseId,
    "jsonrpc.request.id": call.rpcId,
    "mcp.protocol.version": call.protocolVersion,
    "mcp.session.id": call.sessionSource === "mcp_session_id" ? call.sessionId : null,
    "network.transport": call.transport === "stdio" ? "pipe" : call.transport === "http" ? "tcp" : null,
    "rpc.response.status_code": statusCode,
    "error.type": call.outcome === "ok" ? null : call.outcome,
    "tachograph.call.id": call.id,
    "tachograph.outcome": call.outcome,
    "tachograph.effect": call.effect,
    "tachograph.retry.class": call.retryClass,
    "tachograph.retry.kind": call.retryKind,
    "tachograph.rule": call.rule,
    "tachograph.operation.id": call.operationId,
  };
  return Object.fromEntries(
    Object.entries(attributes).filter((entry): entry is [string, string | number] => entry[1] !== null),
  );
}
