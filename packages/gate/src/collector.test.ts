import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { effects, outcomes, retryKinds } from "@tachograph/record";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { spanAttributeNames } from "./span-attributes.ts";

const folder = new URL("../../../infra/collector/", import.meta.url);
type Settings = Record<string, unknown>;
interface Pipeline {
  receivers?: string[];
  processors?: string[];
  exporters?: string[];
}
interface Configuration {
  receivers?: Record<string, Settings>;
  processors?: Record<string, Settings>;
  exporters?: Record<string, Settings>;
  service: { pipelines: Record<string, Pipeline> };
}
const read = (name: string): Configuration =>
  parse(readFileSync(fileURLToPath(new URL(name, folder)), "utf8"), { strict: true }) as Configuration;
const base = read("collector.yaml");
const overlay = read("keep-refusals.yaml");

/** What several `--config` make together: maps are merged, anything else is replaced. */
function merged(one: unknown, other: unknown): unknown {
  const isMap = (value: unknown): value is Settings =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isMap(one) || !isMap(other)) return other ?? one;
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return Object.fromEntries(names.map((name) => [name, merged(one[name], other[name])]));
}

/** Settings that the components document, as paths; `*` is each member of a list. */
const documented: Record<string, readonly string[]> = {
  "receivers otlp": ["protocols.http.endpoint", "protocols.grpc.endpoint"],
  "processors memory_limiter": ["check_interval", "limit_mib", "spike_limit_mib"],
  "processors tail_sampling": [
    "decision_wait",
    "num_traces",
    "policies.*.name",
    "policies.*.type",
    "policies.*.status_code.status_codes.*",
    "policies.*.string_attribute.key",
    "policies.*.string_attribute.values.*",
    "policies.*.probabilistic.sampling_percentage",
  ],
  "exporters debug": ["verbosity"],
  "exporters prometheus": ["endpoint", "translation_strategy", "enable_open_metrics"],
};

const pathsIn = (value: unknown, path: string[] = []): string[] =>
  typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([name, inner]) => pathsIn(inner, [...path, Array.isArray(value) ? "*" : name]))
    : [path.join(".")];

describe.each([
  ["collector.yaml", base],
  ["collector.yaml with keep-refusals.yaml", merged(base, overlay) as Configuration],
])("%s", (_name, configuration) => {
  const kinds = ["receivers", "processors", "exporters"] as const;
  const pipelines = Object.values(configuration.service.pipelines);

  test("defines each component that a pipeline uses, and uses each that it defines", () => {
    for (const kind of kinds) {
      const used = new Set(pipelines.flatMap((pipeline) => pipeline[kind] ?? []));
      expect([...used].toSorted((a, b) => a.localeCompare(b))).toEqual(
        Object.keys(configuration[kind] ?? {}).toSorted((a, b) => a.localeCompare(b)),
      );
    }
  });

  test("has only settings that the components document", () => {
    for (const kind of kinds) {
      for (const [name, settings] of Object.entries(configuration[kind] ?? {}))
        for (const path of pathsIn(settings)) expect(documented[`${kind} ${name}`]).toContain(path);
    }
  });

  test("listens on loopback alone, each component on a port of its own", () => {
    const endpoints = [...JSON.stringify(configuration).matchAll(/"endpoint":"([^"]+)"/g)].map(([, at = ""]) => at);
    expect(endpoints).toHaveLength(3);
    expect(new Set(endpoints).size).toBe(3);
    for (const endpoint of endpoints) expect(endpoint).toMatch(/^127\.0\.0\.1:\d{4}$/);
  });

  test("limits its memory before anything else", () => {
    for (const { processors } of pipelines) expect(processors?.[0]).toBe("memory_limiter");
    const { limit_mib: limit = 0, spike_limit_mib: spike } = (configuration.processors?.["memory_limiter"] ??
      {}) as Record<string, number>;
    expect(spike).toBeLessThan(limit);
  });
});

describe("what is kept of the traces", () => {
  interface Policy {
    name: string;
    type: string;
    string_attribute?: { key: string; values: string[] };
    probabilistic?: { sampling_percentage: number };
  }
  const policies = overlay.processors?.["tail_sampling"]?.["policies"] as Policy[];
  const byAttribute = new Map(
    policies.flatMap(({ string_attribute: rule }) => (rule ? [[rule.key, rule.values]] : [])),
  );

  test("is asked of attributes that spans have", () => {
    for (const key of byAttribute.keys()) expect(spanAttributeNames).toContain(key);
    expect(byAttribute.size).toBe(3);
  });

  test("is all but what simply succeeded, and what reads again", () => {
    expect(byAttribute.get("tachograph.outcome")).toEqual(outcomes.filter((outcome) => outcome !== "ok"));
    expect(byAttribute.get("tachograph.retry.kind")).toEqual(
      retryKinds.filter((kind) => !["first", "continuation", "poll"].includes(kind)),
    );
    expect(byAttribute.get("tachograph.effect")).toEqual(effects.filter((effect) => effect === "unknown"));
  });

  test("and a part of the rest: each policy has the settings of its type", () => {
    for (const policy of policies) expect(Object.keys(policy)).toEqual(["name", "type", policy.type]);
    expect(policies.at(-1)?.probabilistic?.sampling_percentage).toBe(10);
  });
});
