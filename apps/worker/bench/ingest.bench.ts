import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Journal, startShipper } from "@tachograph/gate/journal";
import { migrate, openLedger } from "@tachograph/ledger";
import { startEmbeddedPostgres } from "@tachograph/ledger/embedded";
import { openRawCopy } from "@tachograph/ledger/testing";
import { newId, type RecordedCall } from "@tachograph/record";
import { createRows } from "./believable-rows.ts";

interface Measurement {
  variant: string;
  metric: string;
  value: number;
  unit: string;
  ratio?: number;
}

/** One way of storing rows. `prepare` is not measured; what it gives is. */
interface Subject {
  variant: string;
  prepare(rows: RecordedCall[][]): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Rows in one transaction of the bare COPY: as many as the shipper takes at most. */
const BATCH_ROWS = 2_000;

/**
 * How fast journals become rows, against COPY of the same rows, encoded beforehand, into the same tables of a Postgres
 * that flushes to disk. The variants take turns, so that whatever else the machine does falls on all of them.
 */
export async function* run({ quick }: { quick: boolean }): AsyncIterable<Measurement> {
  const directory = mkdtempSync(join(tmpdir(), "tachograph-bench-"));
  // Where Postgres runs as a user of its own, that one must get to its data.
  chmodSync(directory, 0o711);
  const postgres = await startEmbeddedPostgres({ directory: join(directory, "postgres") });
  try {
    await migrate({ url: postgres.url });
    for (const writers of [1, 4]) {
      const rounds = quick ? 4 : 10;
      const rowsAWriter = (quick ? 12_000 : 24_000) / writers;
      const withinMs = quick ? 15_000 : 120_000;
      yield* measure({ url: postgres.url, directory, writers, rounds, rowsAWriter, withinMs });
    }
  } finally {
    await postgres.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function* measure(options: {
  url: string;
  directory: string;
  writers: number;
  rounds: number;
  rowsAWriter: number;
  /** No round begins later than this, but for the first. */
  withinMs: number;
}): AsyncIterable<Measurement> {
  const { url, directory, writers, rounds, rowsAWriter, withinMs } = options;
  const begunAt = performance.now();
  const copy = await copySubject(url, writers);
  const shipper = shipperSubject(url, join(directory, `journal-${writers}`), writers);
  const sources = Array.from({ length: writers }, (_, writer) => createRows(writer));
  const rates = new Map<Subject, number[]>([
    [copy, []],
    [shipper, []],
  ]);
  for (let round = -1; round < rounds; round++) {
    if (round > 0 && performance.now() - begunAt > withinMs) break;
    for (const subject of round % 2 === 0 ? [copy, shipper] : [shipper, copy]) {
      const store = await subject.prepare(sources.map((source) => source(rowsAWriter)));
      // What making the rows left behind is nobody's cost.
      collectGarbage();
      const startedAt = performance.now();
      await store();
      const seconds = (performance.now() - startedAt) / 1000;
      // The first round warms up.
      if (round >= 0) rates.get(subject)?.push((rowsAWriter * writers) / seconds);
    }
  }
  await Promise.all([copy.close(), shipper.close()]);
  const base = median(rates.get(copy) ?? []);
  for (const [{ variant }, measured] of rates) {
    const value = median(measured);
    yield { variant, metric: "rows_per_s", value, unit: "rows/s", ratio: value / base };
  }
}

/** Each writer sends its own rows on a connection of its own. */
async function copySubject(url: string, writers: number): Promise<Subject> {
  const raw = await openRawCopy(url, writers);
  return {
    variant: `copy-${writers}`,
    async prepare(rows) {
      const queues = await Promise.all(
        rows.map((ofWriter) => Promise.all(batchesOf(ofWriter).map((batch) => raw.prepare(batch)))),
      );
      return async () => {
        await Promise.all(
          queues.map(async (queue, connection) => {
            for (const send of queue) await send(connection);
          }),
        );
      };
    },
    close: () => raw.close(),
  };
}

/** Each writer has a journal; one shipper ships them all. */
function shipperSubject(url: string, directory: string, writers: number): Subject {
  const ledger = openLedger({ url });
  const shipper = startShipper({ directory, sink: ledger, pollMs: 3_600_000 });
  const journals = Array.from({ length: writers }, () => openJournal(directory));
  let expected = 0;
  return {
    variant: `shipper-${writers}`,
    prepare(rows) {
      for (const [writer, ofWriter] of rows.entries()) {
        for (const { call, payload } of ofWriter) {
          if (call.mutability === "mutating") journals[writer]?.append({ kind: "begun", call, payload });
          journals[writer]?.append({ kind: "call", call, payload });
        }
        expected += ofWriter.length;
      }
      return Promise.resolve(async () => {
        await shipper.flush();
        const { shipped } = shipper.stats();
        if (shipped !== expected) throw new Error(`${expected} rows were written and ${shipped} stored`);
      });
    },
    async close() {
      for (const journal of journals) journal.close();
      await shipper.stop();
      await ledger.close();
    },
  };
}

function openJournal(directory: string): Journal {
  return new Journal({
    directory,
    instanceId: newId(),
    shipsItself: false,
    onProblem: ({ message }) => {
      throw new Error(message);
    },
  });
}

function batchesOf(rows: RecordedCall[]): RecordedCall[][] {
  return Array.from({ length: Math.ceil(rows.length / BATCH_ROWS) }, (_, batch) =>
    rows.slice(batch * BATCH_ROWS, (batch + 1) * BATCH_ROWS),
  );
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
