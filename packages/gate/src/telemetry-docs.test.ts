import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { outcomes, retryKinds } from "@tachograph/record";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { metricFacts } from "./metric-instruments.ts";
import { spanAttributeNames } from "./span-attributes.ts";
import { groupedBy, prometheusNames, selectorsIn } from "./testing-prometheus-names.ts";

const read = (path: string): string => readFileSync(fileURLToPath(new URL(path, import.meta.url)), "utf8");
const page = read("../docs/telemetry.md");

/** Rows of the first table below a heading, as their cells. */
const tableUnder = (heading: string): string[][] =>
  (page.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "")
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
const words = (cell: string | undefined): string[] =>
  [...(cell ?? "").matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word);

describe("the page about telemetry", () => {
  test("has every attribute of a span, and no other", () => {
    expect(tableUnder("The span").map(([name]) => words(name)[0])).toEqual([...spanAttributeNames]);
  });

  test("has every event of a span, with its attributes", () => {
    const used = [...read("./span.ts").matchAll(/"(tachograph\.[\w.]+)"/g)].map(([, name = ""]) => name);
    expect(used).toHaveLength(4);
    for (const name of used) expect(page).toContain(`\`${name}\``);
  });

  test("has every metric with its instrument, its unit and its attributes, and no other", () => {
    expect(
      tableUnder("The metrics").map(([name, kind, unit, attributes]) => [
        words(name)[0],
        kind,
        words(unit)[0],
        words(attributes),
      ]),
    ).toEqual(
      Object.entries(metricFacts).map(([name, { kind, unit, attributes }]) => [name, kind, unit, [...attributes]]),
    );
  });

  test("names the outcomes that there are", () => {
    expect(words(/^Outcomes: [^.]*/m.exec(page)?.[0])).toEqual([...outcomes]);
  });

  test("names the kinds of retry that there are", () => {
    const row = tableUnder("The span").find(([name]) => name === "`tachograph.retry.kind`");
    expect(words(row?.[1])).toEqual([...retryKinds]);
  });
});

interface AlertRules {
  groups: { rules: { alert: string; expr: string; annotations: { summary: string } }[] }[];
}
const alerts = (parse(read("../../../infra/collector/alerts.yaml")) as AlertRules).groups.flatMap(({ rules }) => rules);
const queries = [...page.matchAll(/```promql\n(.*?)```/gs)].map(([, query = ""], index) => ({
  alert: `query ${index + 1} of the page`,
  expr: query,
}));

test("there are queries and alerts to check", () => {
  expect(queries.length).toBeGreaterThanOrEqual(3);
  expect(alerts.length).toBeGreaterThanOrEqual(4);
});

describe.each([...queries, ...alerts])("$alert", ({ expr }) => {
  const names = prometheusNames();
  const selectors = selectorsIn(expr);

  test("asks for metrics that there are, by labels that they have", () => {
    expect(selectors.length).toBeGreaterThan(0);
    for (const { metric, labels } of selectors) {
      expect([...names.keys()]).toContain(metric);
      for (const label of [...labels.map(({ name }) => name), ...groupedBy(expr)])
        expect([...(names.get(metric) ?? [])]).toContain(label);
    }
  });

  test("asks for values that there are", () => {
    const known: Record<string, readonly string[]> = {
      tachograph_outcome: outcomes,
      tachograph_retry_kind: retryKinds,
    };
    for (const { name, values } of selectors.flatMap(({ labels }) => labels))
      for (const value of values) expect(known[name]).toContain(value);
  });
});
