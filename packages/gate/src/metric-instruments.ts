import {
  ValueType,
  type Counter,
  type Histogram,
  type Meter,
  type MetricOptions,
  type ObservableCounter,
  type ObservableGauge,
} from "@opentelemetry/api";
import type { SpanAttributeName } from "./span-attributes.ts";

interface InstrumentFacts {
  kind: "histogram" | "counter" | "gauge" | "observable counter";
  unit: string;
  description: string;
  attributes: readonly SpanAttributeName[];
}

/** Every metric that the gate has. */
export const metricFacts = {
  "mcp.server.operation.duration": {
    kind: "histogram",
    unit: "s",
    description: "How long a tool call took, from its receipt to its answer",
    attributes: [
      "mcp.method.name",
      "gen_ai.operation.name",
      "gen_ai.tool.name",
      "error.type",
      "rpc.response.status_code",
      "mcp.protocol.version",
      "network.transport",
      "tachograph.outcome",
    ],
  },
  "tachograph.refusals": {
    kind: "counter",
    unit: "{refusal}",
    description: "Calls that were refused before the tool's handler was entered",
    attributes: ["gen_ai.tool.name", "tachograph.outcome", "tachograph.rule"],
  },
  "tachograph.replays": {
    kind: "counter",
    unit: "{replay}",
    description: "Duplicates that were given the original answer",
    attributes: ["gen_ai.tool.name"],
  },
  "tachograph.retries": {
    kind: "counter",
    unit: "{retry}",
    description: "Calls that repeat or correct an earlier one",
    attributes: ["gen_ai.tool.name", "tachograph.retry.kind"],
  },
  "tachograph.redactions": {
    kind: "counter",
    unit: "{value}",
    description: "Secrets that were removed before anything was written",
    attributes: ["gen_ai.tool.name"],
  },
  "tachograph.journal.backlog": {
    kind: "gauge",
    unit: "By",
    description: "Journal on disk that is not stored in the ledger yet",
    attributes: [],
  },
  "tachograph.journal.waiting": {
    kind: "gauge",
    unit: "By",
    description: "Records kept in memory because the disk takes none",
    attributes: [],
  },
  "tachograph.journal.dropped": {
    kind: "observable counter",
    unit: "{record}",
    description: "Records lost because neither disk nor memory took them",
    attributes: [],
  },
  "tachograph.journal.oldest": {
    kind: "gauge",
    unit: "s",
    description: "Age of the oldest record that is not stored yet, where this process stores its own",
    attributes: [],
  },
  "tachograph.operations.settle_waiting": {
    kind: "gauge",
    unit: "{operation}",
    description: "Operations whose end the ledger has not taken yet",
    attributes: [],
  },
} as const satisfies Record<string, InstrumentFacts>;

type MetricName = keyof typeof metricFacts;

export interface Instruments {
  duration: Histogram;
  refusals: Counter;
  replays: Counter;
  retries: Counter;
  redactions: Counter;
  journalBacklog: ObservableGauge;
  journalWaiting: ObservableGauge;
  journalDropped: ObservableCounter;
  journalOldest: ObservableGauge;
  settleWaiting: ObservableGauge;
}

/** The convention's, in seconds. */
const DURATION_BOUNDARIES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

export function createInstruments(meter: Meter): Instruments {
  const facts = (name: MetricName): MetricOptions => {
    const { unit, description } = metricFacts[name];
    return { unit, description, valueType: unit === "s" ? ValueType.DOUBLE : ValueType.INT };
  };
  const counter = (name: MetricName): Counter => meter.createCounter(name, facts(name));
  const gauge = (name: MetricName): ObservableGauge => meter.createObservableGauge(name, facts(name));
  return {
    duration: meter.createHistogram("mcp.server.operation.duration", {
      ...facts("mcp.server.operation.duration"),
      advice: { explicitBucketBoundaries: DURATION_BOUNDARIES },
    }),
    refusals: counter("tachograph.refusals"),
    replays: counter("tachograph.replays"),
    retries: counter("tachograph.retries"),
    redactions: counter("tachograph.redactions"),
    journalBacklog: gauge("tachograph.journal.backlog"),
    journalWaiting: gauge("tachograph.journal.waiting"),
    journalDropped: meter.createObservableCounter("tachograph.journal.dropped", facts("tachograph.journal.dropped")),
    journalOldest: gauge("tachograph.journal.oldest"),
    settleWaiting: gauge("tachograph.operations.settle_waiting"),
  };
}
