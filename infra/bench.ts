// pnpm bench NAME [--quick] [--json]: runs the NAME.bench.ts in a folder `bench` of a package, of an app, or of e2e.
import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";

/** One number that a benchmark measured. */
export interface Measurement {
  /** What was measured: one way of doing the thing. */
  variant: string;
  metric: string;
  value: number;
  unit: string;
  /** The value over that of the variant it is compared with. */
  ratio?: number;
}

/** What a `NAME.bench.ts` exports. Modules need not import this type: the shape is enough. */
export interface BenchModule {
  /** @param options.quick - A run of seconds, to see that the benchmark works; its numbers mean little. */
  run(options: { quick: boolean }): AsyncIterable<Measurement>;
}

const root = join(import.meta.dirname, "..");

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { quick: { type: "boolean", default: false }, json: { type: "boolean", default: false } },
  });
  const benches = new Map(
    globSync("{packages/*,apps/*,e2e}/bench/*.bench.ts", { cwd: root }).map((path) => [
      basename(path, ".bench.ts"),
      join(root, path),
    ]),
  );
  const [name] = positionals;
  if (name === undefined) {
    console.log([...benches.keys()].toSorted().join("\n") || "There is no benchmark yet.");
    return 0;
  }
  const path = benches.get(name);
  if (path === undefined) {
    console.error(
      `There is no benchmark "${name}". There are: ${[...benches.keys()].toSorted().join(", ") || "none"}.`,
    );
    return 1;
  }
  const bench = (await import(path)) as BenchModule;
  const measured: Measurement[] = [];
  for await (const { variant, metric, value, unit, ratio } of bench.run({ quick: values.quick })) {
    measured.push({ variant, metric, value, unit, ratio });
    if (values.json) console.log(JSON.stringify({ bench: name, variant, metric, value, unit, ratio: ratio ?? null }));
  }
  if (!values.json) console.log(table(measured));
  return 0;
}

function table(measured: Measurement[]): string {
  const rows = [
    ["variant", "metric", "value", "unit", "ratio"],
    ...measured.map(({ variant, metric, value, unit, ratio }) => [
      variant,
      metric,
      readable(value),
      unit,
      ratio?.toFixed(3) ?? "",
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const numeric = new Set([2, 4]);
  const align = (cell: string, column: number): string =>
    numeric.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  return rows.map((row) => row.map(align).join("  ").trimEnd()).join("\n");
}

function readable(value: number): string {
  return value.toLocaleString(
    "en",
    Math.abs(value) >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 4 },
  );
}

process.exitCode = await main();
