import {
  context,
  diag,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
} from "@opentelemetry/api";
import type { CallPayload, CallRecord } from "@tachograph/record";
import type { ConnectionFacts } from "./delivery-inputs.ts";
import { addOpenSpan, removeOpenSpan, settlementWaits, type OpenSpan } from "./open-spans.ts";
import type { Meta } from "./request-context.ts";
import {
  attributesOf,
  isServerFault,
  methodAttributes,
  payloadAttributesOf,
  type Answered,
} from "./span-attributes.ts";
import { baggageIn, remoteParentIn } from "./trace-context.ts";

/** Finds the user's SDK whenever one is registered. */
const tracer = trace.getTracer("@tachograph/gate");

/** How long a span waits for the handler of a call that was answered or given up. */
const LATE_COMPLETION_MS = 60_000;
/** How long it waits for the ledger after that. */
const LATE_SETTLEMENT_MS = 5_000;

/** How a call ended. */
export interface SpanEnd extends Answered {
  connection: ConnectionFacts;
  /** Redacted. */
  payload: CallPayload;
  /** Whether its handler still runs. */
  isRunning: boolean;
}

/** The server span of one delivery. What a user's SDK throws stays here. */
export class CallSpan implements OpenSpan {
  readonly traceId: string | null;
  readonly spanId: string | null;
  readonly parentSpanId: string | null;
  /** Context in which the handler runs, so that its own spans become children and it finds the caller's baggage. */
  readonly context: Context;
  readonly #span: Span;
  #call: CallRecord | undefined;
  #isRunning = false;
  #isUnsettled = false;
  #ended = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(tool: string | null, meta: Meta, startedAt: number) {
    const ambient = context.active();
    const ambientSpan = validContextOf(trace.getSpan(ambient));
    const remote = remoteParentIn(meta);
    const baggage = baggageIn(meta);
    const parent = remote === null ? ambient : trace.setSpanContext(ambient, remote);
    const received = baggage === undefined ? parent : propagation.setBaggage(parent, baggage);
    this.#span = startSpan(tool, startedAt, remote === null ? undefined : ambientSpan, received);
    const own = validContextOf(this.#span);
    const parentSpan = remote ?? ambientSpan;
    this.traceId = own?.traceId ?? parentSpan?.traceId ?? null;
    // Without an SDK the API hands the parent's own context back: that is no span of ours.
    this.spanId = own === undefined || own.spanId === parentSpan?.spanId ? null : own.spanId;
    this.parentSpanId = parentSpan?.spanId ?? null;
    this.context = trace.setSpan(received, this.#span);
  }

  /** The call is answered or given up. The span ends here, unless something of the call goes on. */
  settle(call: CallRecord, end: SpanEnd): void {
    this.#call = call;
    this.#isRunning = end.isRunning;
    this.#isUnsettled = (end.isRunning && call.operationId !== null) || settlementWaits(call);
    const isRecording = guarded(() => this.#describe(call, end)) ?? false;
    if (!isRecording || (!this.#isRunning && !this.#isUnsettled)) {
      this.#endAt(call.startedAt + call.durationUs / 1000);
      return;
    }
    addOpenSpan(this, call);
    this.#endAfter(LATE_COMPLETION_MS);
  }

  /** The handler of a call that was answered or given up long before has ended. */
  completeLate(how: "returned" | "threw"): void {
    if (this.#ended || !this.#isRunning) return;
    this.#isRunning = false;
    this.#addEvent("tachograph.late_completion", { "tachograph.late_completion.handler": how });
    if (this.#isUnsettled) this.#endAfter(LATE_SETTLEMENT_MS);
    else this.end();
  }

  settleLate(state: string): void {
    if (this.#ended || !this.#isUnsettled) return;
    this.#isUnsettled = false;
    this.#addEvent("tachograph.late_settlement", { "tachograph.operation.state": state });
    if (!this.#isRunning) this.end();
  }

  end(): void {
    this.#endAt(Date.now());
  }

  #endAt(endedAt: number): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    if (this.#call !== undefined) removeOpenSpan(this, this.#call);
    guarded(() => this.#span.end(endedAt));
  }

  /** False where nobody wants to know. */
  #describe(call: CallRecord, end: SpanEnd): boolean {
    const span = this.#span;
    if (!span.isRecording()) return false;
    // What the caller made up is no name to group by.
    if (call.outcome === "unknown_tool") span.updateName("tools/call");
    span.setAttributes(attributesOf(call, end, end.connection));
    const showsPayloads = process.env["TACHOGRAPH_SPAN_PAYLOADS"] === "on";
    if (showsPayloads) span.setAttributes(payloadAttributesOf(end.payload, end));
    if (!isServerFault(call, end)) return true;
    const message = showsPayloads ? call.errorMessage : null;
    span.setStatus({ code: SpanStatusCode.ERROR, ...(message === null ? {} : { message }) });
    return true;
  }

  #addEvent(name: string, attributes: Record<string, string>): void {
    guarded(() => this.#span.addEvent(name, attributes));
  }

  #endAfter(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.end(), ms).unref();
  }
}

/**
 * Starts the server span of one delivery. Its parent is the `traceparent` in the request's `_meta`, with a link to the
 * ambient span; without one, the ambient span.
 *
 * @see https://github.com/open-telemetry/semantic-conventions-genai
 */
export const startCallSpan = (tool: string | null, meta: Meta, startedAt: number): CallSpan =>
  new CallSpan(tool, meta, startedAt);

function startSpan(
  tool: string | null,
  startTime: number,
  linked: ReturnType<typeof validContextOf>,
  parent: Context,
): Span {
  const options = {
    kind: SpanKind.SERVER,
    startTime,
    attributes: { ...methodAttributes, ...(tool === null ? {} : { "gen_ai.tool.name": tool }) },
    ...(linked === undefined ? {} : { links: [{ context: linked }] }),
  };
  return (
    guarded(() => tracer.startSpan(tool === null ? "tools/call" : `tools/call ${tool}`, options, parent)) ??
    trace.wrapSpanContext(trace.getSpanContext(parent) ?? INVALID_SPAN_CONTEXT)
  );
}

function validContextOf(span: Span | undefined): ReturnType<Span["spanContext"]> | undefined {
  const found = span?.spanContext();
  return found !== undefined && isSpanContextValid(found) ? found : undefined;
}

/** A failing exporter is told to OpenTelemetry's own diagnostics, and never reaches the call. */
function guarded<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch (error) {
    diag.error("tachograph: the span of a call could not be made", error);
    return undefined;
  }
}
