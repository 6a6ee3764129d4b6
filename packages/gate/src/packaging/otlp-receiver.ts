import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

interface AnyValue {
  stringValue?: string;
  intValue?: number;
  doubleValue?: number;
  arrayValue?: { values: AnyValue[] };
}
interface KeyValue {
  key: string;
  value: AnyValue;
}
interface OtlpSpan {
  traceId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: KeyValue[];
  status: { code?: number };
}
interface OtlpPoint {
  attributes: KeyValue[];
  count?: number;
  sum?: number;
  asInt?: number;
  asDouble?: number;
}
interface OtlpMetric {
  name: string;
  unit: string;
  histogram?: { dataPoints: OtlpPoint[] };
  sum?: { dataPoints: OtlpPoint[] };
  gauge?: { dataPoints: OtlpPoint[] };
}
interface Traces {
  resourceSpans: { resource: { attributes: KeyValue[] }; scopeSpans: { spans: OtlpSpan[] }[] }[];
}
interface Metrics {
  resourceMetrics: { scopeMetrics: { metrics: OtlpMetric[] }[] }[];
}

export interface OtlpReceiver {
  /** What `OTEL_EXPORTER_OTLP_ENDPOINT` is set to. */
  url: string;
  /** Attributes of the resources that spans came from. */
  resources(): Record<string, unknown>[];
  /** Spans and the last numbers as lines of text. */
  text(): string;
  close(): Promise<void>;
}

/** Takes OTLP over HTTP as JSON from a real exporter, where a collector would. */
export async function receiveOtlp(): Promise<OtlpReceiver> {
  const traces: Traces[] = [];
  const metrics: Metrics[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const sent = Buffer.concat(chunks);
      const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent;
      if (request.url === "/v1/traces") traces.push(JSON.parse(body.toString()) as Traces);
      if (request.url === "/v1/metrics") metrics.push(JSON.parse(body.toString()) as Metrics);
      response.setHeader("content-type", "application/json").end("{}");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const resourceSpans = () => traces.flatMap((sent) => sent.resourceSpans);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    resources: () => resourceSpans().map(({ resource }) => Object.fromEntries(resource.attributes.map(entryOf))),
    text: () =>
      [
        ...resourceSpans()
          .flatMap(({ scopeSpans }) => scopeSpans)
          .flatMap(({ spans }) => spans)
          .flatMap(spanLines),
        "",
        ...(metrics.at(-1)?.resourceMetrics ?? [])
          .flatMap(({ scopeMetrics }) => scopeMetrics)
          .flatMap(({ metrics: measured }) => measured)
          .flatMap(metricLines),
        "",
      ].join("\n"),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const valueOf = ({ stringValue, intValue, doubleValue, arrayValue }: AnyValue): unknown =>
  stringValue ?? intValue ?? doubleValue ?? arrayValue?.values.map(valueOf);
const entryOf = ({ key, value }: KeyValue): [string, unknown] => [key, valueOf(value)];

const kinds = ["", "INTERNAL", "SERVER"];
const statuses = ["unset", "ok", "error"];

function spanLines({ name, kind, status, attributes, ...span }: OtlpSpan): string[] {
  const ms = Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6;
  const head = [name, kinds[kind], `${ms.toFixed(1)} ms`, `status ${statuses[status.code ?? 0]}`];
  const place = [`trace ${span.traceId}`, `parent ${span.parentSpanId ?? "none"}`];
  return [
    head.join("  "),
    `  ${place.join("  ")}`,
    ...attributes.map(entryOf).map(([key, value]) => `  ${key} = ${String(value)}`),
  ];
}

function metricLines({ name, unit, histogram, sum, gauge }: OtlpMetric): string[] {
  return (histogram ?? sum ?? gauge)?.dataPoints.map(pointLine) ?? [];
  function pointLine({ attributes, ...point }: OtlpPoint): string {
    const value =
      histogram === undefined
        ? `${point.asInt ?? point.asDouble}`
        : `count ${point.count}, sum ${point.sum?.toFixed(4)} ${unit}`;
    const labels = attributes.map(entryOf).map(([key, of]) => `${key}="${String(of)}"`);
    return labels.length === 0 ? `${name}  ${value}` : `${name}  ${value}\n  ${labels.join(" ")}`;
  }
}
