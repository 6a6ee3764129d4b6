import { context, metrics, propagation, SpanKind, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { MeterProvider, MetricReader, type DataPoint, type MetricData } from "@opentelemetry/sdk-metrics";
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
  type ReadableSpan,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace";

/** Asks for metrics when a test does. */
class ManualReader extends MetricReader {
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

export interface Telemetry {
  /** Spans of kind SERVER that have ended, in the order of their ends. */
  serverSpans(): ReadableSpan[];
  spans(): ReadableSpan[];
  metric(name: string): Promise<MetricData | undefined>;
  /** The points of a metric, with what it has counted or measured so far. */
  points(name: string): Promise<DataPoint<unknown>[]>;
  clear(): void;
  stop(): Promise<void>;
}

/** The real SDK, registered for the whole process, exporting into memory. */
export function startTelemetry(spanProcessors: SpanProcessor[] = []): Telemetry {
  const exporter = new InMemorySpanExporter();
  const reader = new ManualReader();
  const tracing = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter }), ...spanProcessors] });
  const metering = new MeterProvider({ readers: [reader] });
  trace.setGlobalTracerProvider(tracing);
  metrics.setGlobalMeterProvider(metering);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const metric = async (name: string): Promise<MetricData | undefined> => {
    const { resourceMetrics, errors } = await reader.collect();
    if (errors.length > 0) throw new AggregateError(errors);
    return resourceMetrics.scopeMetrics
      .flatMap(({ metrics: measured }) => measured)
      .find(({ descriptor }) => descriptor.name === name);
  };
  return {
    spans: () => exporter.getFinishedSpans(),
    serverSpans: () => exporter.getFinishedSpans().filter(({ kind }) => kind === SpanKind.SERVER),
    metric,
    points: async (name) => (await metric(name))?.dataPoints ?? [],
    clear: () => exporter.reset(),
    async stop() {
      await tracing.shutdown();
      await metering.shutdown();
      trace.disable();
      metrics.disable();
      context.disable();
      propagation.disable();
    },
  };
}
