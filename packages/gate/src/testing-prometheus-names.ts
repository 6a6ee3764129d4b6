import { metricFacts } from "./metric-instruments.ts";

const unitSuffixes: Record<string, string> = { s: "_seconds", By: "_bytes" };
const escaped = (name: string): string => name.replaceAll(/[^a-zA-Z0-9_]/g, "_");

/**
 * The names that the collector's Prometheus exporter gives our metrics, with the labels that each has.
 *
 * @see https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/exporter/prometheusexporter
 */
export function prometheusNames(): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>();
  for (const [name, { kind, unit, attributes }] of Object.entries(metricFacts)) {
    const base = escaped(name) + (unitSuffixes[unit] ?? "");
    const labels = ["job", "instance", ...attributes.map(escaped)];
    if (kind === "histogram") {
      for (const part of ["_count", "_sum"]) names.set(base + part, new Set(labels));
      names.set(`${base}_bucket`, new Set([...labels, "le"]));
    } else names.set(kind === "gauge" ? base : `${base}_total`, new Set(labels));
  }
  return names;
}

export interface Selector {
  metric: string;
  /** What the selector asks of each label. */
  labels: { name: string; values: string[] }[];
}

/** Everything in a PromQL expression that names a metric. */
export function selectorsIn(expression: string): Selector[] {
  return [...expression.matchAll(/\b((?:tachograph|mcp)_\w+)\b(?!["|])(?:\{([^}]*)\})?/g)]
    .filter(([, name = ""]) => !isLabelIn(expression, name))
    .map(([, metric = "", matchers = ""]) => ({
      metric,
      labels: [...matchers.matchAll(/(\w+)\s*(?:=~|!~|=|!=)\s*"([^"]*)"/g)].map(([, name = "", values = ""]) => ({
        name,
        values: values.split("|"),
      })),
    }));
}

/** Labels that an expression groups by. */
export const groupedBy = (expression: string): string[] =>
  [...expression.matchAll(/\bby\s*\(([^)]*)\)/g)].flatMap(([, labels = ""]) =>
    labels.split(",").map((label) => label.trim()),
  );

/** A name that stands in a `by (…)` or before a matcher is no metric. */
const isLabelIn = (expression: string, name: string): boolean =>
  groupedBy(expression).includes(name) || new RegExp(`\\b${name}\\s*(=~|!~|!=|=)\\s*"`).test(expression);
