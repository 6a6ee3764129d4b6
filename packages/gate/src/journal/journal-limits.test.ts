import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { newId } from "@tachograph/record";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { decodeFrames, type JournalEntry } from "./frame.ts";
import { Journal, type JournalOptions, type JournalProblem } from "./journal.ts";
import { startShipper, type Shipper } from "./shipper.ts";
import { callEntry, callOf, MemorySink } from "./testing-records.ts";

let directory: string;
let problems: JournalProblem[];
const codes = (): string[] => problems.map(({ code }) => code);
const journals: Journal[] = [];
const shippers: Shipper[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "journal-"));
  problems = [];
});
afterEach(async () => {
  await Promise.all(shippers.splice(0).map((shipper) => shipper.stop()));
  for (const journal of journals.splice(0)) journal.close();
  rmSync(directory, { recursive: true, force: true });
});

function open(options: Partial<JournalOptions> = {}): Journal {
  const onProblem = (problem: JournalProblem): unknown => problems.push(problem);
  const journal = new Journal({ directory, instanceId: newId(), shipsItself: false, onProblem, ...options });
  journals.push(journal);
  return journal;
}
function ship(sink: MemorySink): Shipper {
  const shipper = startShipper({ directory, sink, pollMs: 3_600_000 });
  shippers.push(shipper);
  return shipper;
}
const write = (journal: Journal, ...tools: string[]): string[] =>
  tools.map((tool) => journal.append(callEntry(callOf(tool))));
const names = (count: number, from = 0): string[] => Array.from({ length: count }, (_, index) => `t${from + index}`);
const entriesIn = (folder: string): JournalEntry[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".journal"))
    .toSorted()
    .flatMap((name) => decodeFrames(readFileSync(join(folder, name))).entries)
    .map(({ entry }) => entry);
const bytesIn = (folder: string): number =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".journal"))
    .reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);

describe("a journal that nobody ships", () => {
  const maxBytes = 20_000;

  test("never grows over its bound: further records wait in memory, then are counted as lost, and each is told how it fared", () => {
    const journal = open({ maxBytes, segmentBytes: 5_000, maxWaitingBytes: 5_000 });
    const fared = write(journal, ...names(40));
    const count = (result: string): number => fared.filter((other) => other === result).length;
    expect(count("written")).toBeGreaterThan(5);
    expect(count("waiting")).toBeGreaterThan(1);
    expect(count("dropped")).toBeGreaterThan(5);
    const order = ["written", "waiting", "dropped"];
    expect(fared).toEqual(fared.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)));
    expect(bytesIn(directory)).toBeLessThanOrEqual(maxBytes);
    expect(journal.stats()).toMatchObject({ dropped: count("dropped"), unshippedBytes: bytesIn(directory) });
    expect(journal.stats().waitingBytes).toBeGreaterThan(0);
    expect(codes().filter((code) => code === "journal_full")).toHaveLength(1);
    expect(codes().filter((code) => code === "record_dropped")).toHaveLength(count("dropped"));
  });

  test("goes on once a shipper has stored what it held, and the ledger learns how much was lost", async () => {
    const journal = open({ maxBytes, segmentBytes: 5_000, maxWaitingBytes: 5_000 });
    const fared = write(journal, ...names(40));
    const lost = fared.filter((result) => result === "dropped").length;
    const sink = new MemorySink();
    const shipper = ship(sink);
    await shipper.flush();
    await expect.poll(codes, { timeout: 5_000 }).toContain("journal_recovered");
    expect(write(journal, "after")).toEqual(["written"]);
    await shipper.flush();
    expect(sink.tools).toEqual([...names(40 - lost), "after"]);
    expect(shipper.stats()).toMatchObject({ shipped: 41 - lost, dropped: lost });
    expect(journal.stats()).toMatchObject({ waitingBytes: 0, dropped: lost });
    expect(problems.filter(({ code }) => code === "journal_full")).toHaveLength(1);
  });

  test("is not kept full by a call that stays open", async () => {
    const journal = open({ maxBytes: 60_000, segmentBytes: 5_000 });
    journal.append({ kind: "begun", call: callOf("open"), payload: null });
    const sink = new MemorySink();
    const shipper = ship(sink);
    for (let round = 0; round < 12; round++) {
      expect(new Set(write(journal, ...names(10, round * 10)))).toEqual(new Set(["written"]));
      await shipper.flush();
      // A journal looks from time to time only whether it was shipped.
      await sleep(60);
    }
    await expect.poll(() => journal.stats().unshippedBytes).toBeLessThan(40_000);
    expect(codes()).toEqual([]);
  });
});

test("what a journal has on disk and what is stored of it can be asked at any time", async () => {
  const journal = open();
  expect(journal.stats()).toEqual({ waitingBytes: 0, dropped: 0, unshippedBytes: 0 });
  write(journal, ...names(20));
  expect(journal.stats().unshippedBytes).toBe(bytesIn(directory));
  await ship(new MemorySink()).flush();
  await expect.poll(() => journal.stats().unshippedBytes).toBe(0);
});

test("what was lost is said before what follows", () => {
  const folder = join(directory, "in-the-way");
  writeFileSync(folder, "");
  const journal = open({ directory: folder, maxWaitingBytes: 0 });
  expect(write(journal, "a", "b")).toEqual(["dropped", "dropped"]);
  rmSync(folder);
  expect(write(journal, "c")).toEqual(["written"]);
  expect(entriesIn(folder)).toMatchObject([
    { kind: "header" },
    { kind: "dropped", count: 2 },
    { kind: "call", call: { tool: "c" } },
  ]);
});

const mountable =
  process.getuid?.() === 0 &&
  (() => {
    const probe = mkdtempSync(join(tmpdir(), "tmpfs-"));
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=16k", "tmpfs", probe]).status === 0;
    if (mounted) execFileSync("umount", [probe]);
    rmSync(probe, { recursive: true, force: true });
    return mounted;
  })();

describe.runIf(mountable)("a disk", () => {
  beforeEach(() => execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", directory]));
  afterEach(() => execFileSync("umount", ["-l", directory]));

  test("that is full in the middle of a record keeps none of it, and the same file goes on when there is room", () => {
    const journal = open();
    expect(write(journal, "first")).toEqual(["written"]);
    const big = callEntry(callOf("big"), { arguments: JSON.stringify("x".repeat(200_000)), result: null });
    expect(journal.append(big)).toBe("waiting");
    expect(entriesIn(directory).map(({ kind }) => kind)).toEqual(["header", "call"]);
    expect(bytesIn(directory)).toBeLessThan(5_000);
    execFileSync("mount", ["-o", "remount,size=1m", directory]);
    expect(write(journal, "last")).toEqual(["written"]);
    expect(entriesIn(directory).flatMap((entry) => (entry.kind === "call" ? [entry.call.tool] : []))).toEqual([
      "first",
      "big",
      "last",
    ]);
    expect(readdirSync(directory).filter((name) => name.endsWith(".journal"))).toHaveLength(1);
    expect(codes()).toEqual(["journal_unwritable", "journal_recovered"]);
  });

  test("that is read-only takes nothing and loses nothing, for the journal and for its shipper", async () => {
    const journal = open();
    write(journal, "before");
    journal.close();
    // A file that is still open for writing keeps a file system from becoming read-only.
    const remount = (mode: string): number | null =>
      spawnSync("mount", ["-o", `remount,${mode}`, directory], { stdio: "ignore" }).status;
    await expect.poll(() => remount("ro")).toBe(0);
    expect(write(open(), "meanwhile")).toEqual(["waiting"]);
    const sink = new MemorySink();
    const shipper = ship(sink);
    await expect(shipper.flush()).rejects.toThrow(/EROFS/);
    expect(sink.rows).toEqual([]);
    remount("rw");
    await expect.poll(codes, { timeout: 5_000 }).toContain("journal_recovered");
    await shipper.flush();
    expect(new Set(sink.tools)).toEqual(new Set(["before", "meanwhile"]));
  });
});
