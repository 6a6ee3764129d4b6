import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newId, type LedgerSink, type RecordBatch, type RecordReport } from "@tachograph/record";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Journal } from "./journal.ts";
import { startShipper, type Shipper, type ShipperOptions } from "./shipper.ts";
import { callEntry, callOf, MemorySink } from "./testing-records.ts";

let directory: string;
const shippers: Shipper[] = [];
const journals: Journal[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "journal-"));
});
afterEach(async () => {
  await Promise.all(shippers.splice(0).map((shipper) => shipper.stop()));
  for (const journal of journals.splice(0)) journal.close();
  rmSync(directory, { recursive: true, force: true });
});

function open(): Journal {
  const onProblem = (): void => undefined;
  const journal = new Journal({ directory, instanceId: newId(), shipsItself: false, segmentBytes: 200_000, onProblem });
  journals.push(journal);
  return journal;
}
function ship(sink: LedgerSink, options: Partial<ShipperOptions> = {}): Shipper {
  const shipper = startShipper({ directory, sink, pollMs: 3_600_000, ...options });
  shippers.push(shipper);
  return shipper;
}
const write = (journal: Journal, count: number, from = 0): void => {
  for (let index = from; index < from + count; index++) journal.append(callEntry(callOf(`t${index}`)));
};

/** A store that answers when it is told to. */
class SlowSink extends MemorySink {
  readonly #waiting: (() => void)[] = [];
  most = 0;
  underWay = 0;

  override async record(batch: RecordBatch): Promise<RecordReport> {
    this.underWay++;
    this.most = Math.max(this.most, this.underWay);
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.underWay--;
    return super.record(batch);
  }

  answer(which: "first" | "last"): void {
    (which === "first" ? this.#waiting.shift() : this.#waiting.pop())?.();
  }
}

test("batches grow while rows wait, and none is longer than its bound in rows or bytes", async () => {
  write(open(), 4_000);
  const sink = new MemorySink();
  const shipper = ship(sink, { batchSize: 1_000, connections: 1 });
  await shipper.flush();
  const sizes = sink.batches.map(({ calls }) => calls.length);
  expect(sizes).toEqual([500, 1_000, 1_000, 1_000, 500]);
  expect(shipper.stats()).toMatchObject({ shipped: 4_000, batchSize: 1_000, connections: 0, oldestWaitingAt: null });

  write(open(), 2_000);
  const few = new MemorySink();
  await shipper.stop();
  await ship(few, { batchBytes: 300_000 }).flush();
  expect(few.rows).toHaveLength(2_000);
  // A record is longer than a kilobyte.
  expect(Math.max(...few.batches.map(({ calls }) => calls.length))).toBeLessThan(500);
});

describe("two batches under way", () => {
  test("are of the same journal, or of two that wait, and no third goes before one of them is stored", async () => {
    write(open(), 1_500);
    const sink = new SlowSink();
    const shipper = ship(sink, { connections: 2 });
    const flushed = shipper.flush();
    await expect.poll(() => sink.underWay).toBe(2);
    expect(shipper.stats().connections).toBe(2);
    while (sink.rows.length < 1_500) {
      sink.answer("first");
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await flushed;
    expect(sink.most).toBe(2);
  });

  test("are acknowledged in the order of the journal, whichever is stored first", async () => {
    const journal = open();
    write(journal, 1_500);
    const sink = new SlowSink();
    const shipper = ship(sink, { connections: 2 });
    await expect.poll(() => sink.underWay).toBe(2);
    sink.answer("last");
    await expect.poll(() => sink.rows.length).toBeGreaterThan(0);
    expect(readdirSync(directory).filter((name) => name.endsWith(".ack"))).toEqual([]);
    const waitingSince = shipper.stats().oldestWaitingAt;
    expect(waitingSince).toBeLessThanOrEqual(Date.now());
    expect(waitingSince).not.toBeNull();
    while (sink.rows.length < 1_500) {
      sink.answer("first");
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await expect.poll(() => readdirSync(directory).filter((name) => name.endsWith(".ack"))).toHaveLength(1);
  });
});

test("what failed is sent again in smaller batches, each row once", async () => {
  write(open(), 900);
  class Picky extends MemorySink {
    override record(batch: RecordBatch): Promise<RecordReport> {
      if (batch.calls.length > 120) return Promise.reject(new Error("too much at once"));
      return super.record(batch);
    }
  }
  const sink = new Picky();
  const shipper = ship(sink);
  for (let round = 0; round < 8 && sink.rows.length < 900; round++) await shipper.flush().catch(() => undefined);
  expect(new Set(sink.tools).size).toBe(900);
  expect(sink.rows).toHaveLength(900);
  expect(shipper.stats()).toMatchObject({ shipped: 900, backlogBytes: 0, oldestWaitingAt: null });
});

test("the wait of the oldest row is told while nothing is stored", async () => {
  const journal = open();
  const early = Date.now() - 60_000;
  journal.append(callEntry(callOf("early", { startedAt: early, durationUs: 2_000_000 })));
  write(journal, 10);
  const sink = new MemorySink();
  sink.failing = true;
  const shipper = ship(sink);
  await shipper.flush().catch(() => undefined);
  expect(shipper.stats().oldestWaitingAt).toBe(early + 2_000);
  sink.failing = false;
  await shipper.flush();
  expect(shipper.stats().oldestWaitingAt).toBeNull();
});

test("a shipper whose journal another has taken over leaves it alone", async () => {
  const journal = open();
  write(journal, 5);
  const sink = new MemorySink();
  const shipper = ship(sink);
  await shipper.flush();
  const [claim = ""] = readdirSync(directory).filter((name) => name.endsWith(".claim"));
  writeFileSync(join(directory, claim), JSON.stringify({ shipperId: newId() }));
  await shipper.stop();
  expect(readdirSync(directory)).toContain(claim);
});
