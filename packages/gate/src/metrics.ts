import { createNoopMeter, diag, metrics, type Attributes, type Context, type MeterProvider } from "@opentelemetry/api";
import { outcomeFacts, type CallRecord } from "@tachograph/record";
import { createInstruments, type Instruments } from "./metric-instruments.ts";
import { measureRecorder, observeRecorders, type MeasuredRecorder } from "./recorder-metrics.ts";
import { errorTypeOf, methodAttributes, networkTransportOf, type Answered } from "./span-attributes.ts";

/** Stands for what only the caller says, so that nobody makes up new series. */
export const OTHER = "_OTHER";
/** The protocol is dated, and a caller may name any date. */
const versionPattern = /^\d{4}-\d{2}-\d{2}$/;
const MAX_VERSIONS = 16;
const versions = new Set<string>();

/** A call that ended. */
export interface EndedCall extends Answered {
  call: CallRecord;
  /** Whether the server offers a tool of this name. */
  isOffered: boolean;
  /** Context of its span, for exemplars. */
  context: Context;
}

/** Counts a call that ended. Costs next to nothing where the process has no metrics SDK, and never throws. */
export function countCall(ended: EndedCall): void {
  try {
    const instruments = currentInstruments();
    if (instruments !== undefined) count(instruments, ended);
  } catch (error) {
    diag.error("tachograph: a call could not be counted", error);
  }
}

/** Measures a recorder until the function that comes back is called. */
export function watchRecorder(recorder: MeasuredRecorder): () => void {
  const unwatch = measureRecorder(recorder);
  // An SDK that is there already asks for it from now on, and not only after the first call.
  currentInstruments();
  return unwatch;
}

let known: { provider: MeterProvider; instruments: Instruments | undefined } | undefined;

/** The instruments of the SDK that is registered now; the API has no meter that waits for one. */
function currentInstruments(): Instruments | undefined {
  const provider = metrics.getMeterProvider();
  if (known?.provider !== provider) known = { provider, instruments: instrumentsOf(provider) };
  return known.instruments;
}

function instrumentsOf(provider: MeterProvider): Instruments | undefined {
  try {
    const meter = provider.getMeter("@tachograph/gate");
    if (meter === createNoopMeter()) return undefined;
    const instruments = createInstruments(meter);
    observeRecorders(meter, instruments);
    return instruments;
  } catch (error) {
    diag.error("tachograph: no metrics can be made", error);
    return undefined;
  }
}

function count(instruments: Instruments, ended: EndedCall): void {
  const { call, isOffered, context } = ended;
  const tool = { "gen_ai.tool.name": isOffered && call.tool !== null ? call.tool : OTHER };
  instruments.duration.record(call.durationUs / 1e6, durationAttributesOf(ended, tool), context);
  if (outcomeFacts[call.outcome].refusal)
    instruments.refusals.add(
      1,
      { ...tool, "tachograph.outcome": call.outcome, ...(call.rule === null ? {} : { "tachograph.rule": call.rule }) },
      context,
    );
  if (call.outcome === "duplicate_replayed") instruments.replays.add(1, tool, context);
  if (call.retryKind !== "first" && call.retryKind !== "continuation")
    instruments.retries.add(1, { ...tool, "tachograph.retry.kind": call.retryKind }, context);
  if (call.redactions > 0) instruments.redactions.add(call.redactions, tool, context);
}

function durationAttributesOf({ call, statusCode, isError }: EndedCall, tool: Attributes): Attributes {
  const errorType = errorTypeOf(call, { statusCode, isError });
  const transport = networkTransportOf(call);
  return {
    ...methodAttributes,
    ...tool,
    "tachograph.outcome": call.outcome,
    ...(errorType === null ? {} : { "error.type": errorType }),
    ...(statusCode === null ? {} : { "rpc.response.status_code": String(statusCode) }),
    ...(call.protocolVersion === null ? {} : { "mcp.protocol.version": boundedVersion(call.protocolVersion) }),
    ...(transport === null ? {} : { "network.transport": transport }),
  };
}

function boundedVersion(version: string): string {
  if (versions.has(version)) return version;
  if (versions.size >= MAX_VERSIONS || !versionPattern.test(version)) return OTHER;
  versions.add(version);
  return version;
}
