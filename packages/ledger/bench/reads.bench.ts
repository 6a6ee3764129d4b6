import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "../src/embedded.ts";
import { migrate, openLedger, type Ledger } from "../src/index.ts";
import { administer, databaseUrl } from "../src/testing.ts";
import { dashboardQueries, lookUp, type DashboardQuery, type Known } from "./dashboard-queries.ts";
import { generateRows } from "./generate-rows.ts";

interface Measurement {
  variant: string;
  metric: string;
  value: number;
  unit: string;
  ratio?: number;
}

interface Subject {
  rows: number;
  ledger: Ledger;
  known: Known;
}

/**
 * How long each query of the dashboard takes where a project has ten times as many calls: both databases hold 60 days,
 * so that one is ten times as dense, and people look at the same windows. Both are as warm as reading leaves them, in one
 * Postgres with the settings of `npm start`. Each round asks both, in turns.
 */
export async function* run({ quick }: { quick: boolean }): AsyncIterable<Measurement> {
  const directory = mkdtempSync(join(tmpdir(), "tachograph-bench-"));
  // Where Postgres runs as a user of its own, that one must get to its data.
  chmodSync(directory, 0o711);
  const postgres = await startEmbeddedPostgres({
    directory: join(directory, "postgres"),
    // What is written is only here to be read.
    settings: {
      fsync: "off",
      full_page_writes: "off",
      wal_level: "minimal",
      max_wal_senders: "0",
      max_wal_size: "8GB",
      checkpoint_timeout: "30min",
    },
  });
  const subjects: Subject[] = [];
  try {
    for (const rows of quick ? [100_000, 1_000_000] : [1_000_000, 10_000_000]) {
      const begunAt = performance.now();
      const url = await createDatabase(postgres.url, rows);
      // Analyzing sixty partitions as thoroughly as by default takes half of the time there is for a quick run.
      await generateRows(url, { rows, statisticsTarget: quick ? 30 : 100 });
      yield { variant: label(rows), metric: "generation", value: (performance.now() - begunAt) / 1000, unit: "s" };
      const ledger = openLedger({ url });
      subjects.push({ rows, ledger, known: await lookUp(ledger) });
    }
    const rounds = quick ? 3 : 30;
    for (const query of dashboardQueries) yield* measure(query, subjects, rounds);
  } finally {
    await Promise.all(subjects.map(({ ledger }) => ledger.close()));
    await postgres.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function createDatabase(server: string, rows: number): Promise<string> {
  const name = `reads_${rows}`;
  await administer(server, async (admin) => void (await admin`create database ${admin(name)}`));
  const url = databaseUrl(server, name);
  await migrate({ url });
  return url;
}

async function* measure(query: DashboardQuery, subjects: Subject[], rounds: number): AsyncIterable<Measurement> {
  const times = new Map(subjects.map((subject) => [subject, [] as number[]]));
  for (let round = -1; round < rounds; round++) {
    for (const subject of round % 2 === 0 ? subjects : subjects.toReversed()) {
      const startedAt = performance.now();
      await query.run(subject.ledger, subject.known);
      // The first round warms up.
      if (round >= 0) times.get(subject)?.push(performance.now() - startedAt);
    }
  }
  const base = percentile(times.get(subjects[0] as Subject) ?? [], 0.5);
  for (const [{ rows }, measured] of times) {
    const [p50, p95] = [percentile(measured, 0.5), percentile(measured, 0.95)];
    const variant = `${query.name}, ${label(rows)}`;
    yield { variant, metric: "p50", value: p50, unit: "ms", ratio: p50 / base };
    yield { variant, metric: "p95", value: p95, unit: "ms" };
  }
}

const label = (rows: number): string => (rows < 1_000_000 ? `${rows / 1_000}k rows` : `${rows / 1_000_000}M rows`);

function percentile(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN;
}
