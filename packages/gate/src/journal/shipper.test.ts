import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newId } from "@tachograph/record";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { encodeFrame } from "./frame.ts";
import { Journal } from "./journal.ts";
import { ownIdentity } from "./process-identity.ts";
import { startShipper, type Shipper, type ShipperOptions } from "./shipper.ts";
import { callEntry, callOf, MemorySink } from "./testing-records.ts";

let directory: string;
let sink: MemorySink;
let instanceId: string;
const shippers: Shipper[] = [];
const children: ChildProcess[] = [];
const journals: Journal[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "journal-"));
  sink = new MemorySink();
  instanceId = newId();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await Promise.all(shippers.splice(0).map((shipper) => shipper.stop()));
  for (const journal of journals.splice(0)) journal.close();
  rmSync(directory, { recursive: true, force: true });
});

const files = (suffix = ".journal"): string[] =>
  readdirSync(directory)
    .filter((name) => name.endsWith(suffix))
    .toSorted();
function open(options: { segmentBytes?: number; shipsItself?: boolean } = {}): Journal {
  const journal = new Journal({ directory, instanceId, shipsItself: false, onProblem: () => undefined, ...options });
  journals.push(journal);
  return journal;
}
/** Polls so rarely that only `flush` ships. */
function ship(options: Partial<ShipperOptions> = {}): Shipper {
  const shipper = startShipper({ directory, sink, pollMs: 3_600_000, ...options });
  shippers.push(shipper);
  return shipper;
}
const write = (journal: Journal, ...tools: string[]): void =>
  tools.forEach((tool) => journal.append(callEntry(callOf(tool))));
const names = (count: number, from = 0): string[] => Array.from({ length: count }, (_, index) => `t${from + index}`);

async function startProcess(calls: number, begun: number, mode = "shared"): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, "testing-process.ts"), directory, String(calls), String(begun), mode],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  children.push(child);
  await once(child.stdout, "data");
  return child;
}
async function kill(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

describe("a journal that is followed", () => {
  test("is stored while it is written, each row once and in order", async () => {
    const journal = open();
    const shipper = ship({ batchSize: 7 });
    for (let round = 0; round < 5; round++) {
      write(journal, ...names(10, round * 10));
      await shipper.flush();
      expect(sink.tools).toEqual(names((round + 1) * 10));
    }
    expect(Math.max(...sink.batches.map(({ calls }) => calls.length))).toBe(7);
    expect(shipper.stats()).toMatchObject({ shipped: 50, rejected: 0, damagedBytes: 0, backlogBytes: 0, journals: 1 });
  });

  test("waits for the rest of a frame that is half written", async () => {
    const journal = open();
    write(journal, "a");
    const shipper = ship();
    const path = join(directory, files()[0] ?? "");
    const frame = Buffer.from(encodeFrame(callEntry(callOf("b"))));
    for (const part of [frame.subarray(0, 3), frame.subarray(3, 50), frame.subarray(50, 200)]) {
      appendFileSync(path, part);
      await shipper.flush();
      expect(sink.tools).toEqual(["a"]);
    }
    appendFileSync(path, frame.subarray(200));
    await shipper.flush();
    expect(sink.tools).toEqual(["a", "b"]);
    expect(shipper.stats().damagedBytes).toBe(0);
  });

  test("holds a row longer than what is read at once", async () => {
    open().append(callEntry(callOf("big"), { arguments: JSON.stringify("x".repeat(5_000_000)), result: null }));
    write(open(), "after");
    await ship().flush();
    expect(sink.tools).toContain("big");
  });

  test("loses its segments once they are stored, and not before", async () => {
    const journal = open({ segmentBytes: 5_000 });
    write(journal, ...names(50));
    const before = files().length;
    expect(before).toBeGreaterThan(5);
    const shipper = ship();
    sink.failing = true;
    await expect(shipper.flush()).rejects.toThrow("the store is away");
    expect(files()).toHaveLength(before);
    sink.failing = false;
    await shipper.flush();
    await expect.poll(() => files()).toHaveLength(1);
    expect(sink.tools).toEqual(names(50));
  });

  test("keeps a segment in which a call is said to have begun that has no answer yet, and not all since then", async () => {
    const journal = open({ segmentBytes: 5_000 });
    const slow = callOf("slow");
    journal.append({ kind: "begun", call: { ...slow, outcome: "indeterminate" }, payload: null });
    write(journal, ...names(12));
    const first = ship();
    await first.flush();
    expect(files()[0]).toContain("00000001");
    write(journal, ...names(200, 12));
    await first.flush();
    await expect.poll(() => files().length).toBeLessThan(12);
    await first.stop();
    journal.append(callEntry(slow));
    await ship().flush();
    await expect.poll(() => files()).toHaveLength(1);
    expect(sink.tools).toEqual([...names(212), "slow"]);
  });

  test("goes on where it was acknowledged after a restart", async () => {
    const journal = open();
    write(journal, ...names(20));
    const first = ship();
    await first.flush();
    await first.stop();
    write(journal, ...names(5, 20));
    sink.batches.length = 0;
    await ship().flush();
    expect(sink.batches.flatMap(({ calls }) => calls.map(({ call }) => call.tool))).toEqual(names(5, 20));
    expect(sink.tools).toEqual(names(25));
  });

  test("is read again from the start where what was acknowledged is unreadable", async () => {
    write(open(), ...names(20));
    const first = ship();
    await first.flush();
    await first.stop();
    writeFileSync(join(directory, `${instanceId}.ack`), "\0\0garbage");
    await ship().flush();
    expect(sink.tools).toEqual(names(20));
  });
});

describe("a store that fails", () => {
  test("gets everything in the end, in order, and nothing is acknowledged early", async () => {
    const journal = open();
    const errors: unknown[] = [];
    const shipper = ship({ batchSize: 3, pollMs: 5, onError: (error) => errors.push(error) });
    sink.failing = true;
    write(journal, ...names(10));
    await vi.waitFor(() => expect(errors.length).toBeGreaterThan(1));
    expect(files(".ack")).toEqual([]);
    expect(shipper.stats()).toMatchObject({ shipped: 0, lastError: "the store is away" });
    write(journal, ...names(10, 10));
    sink.failing = false;
    await vi.waitFor(() => expect(sink.tools).toEqual(names(20)), 5_000);
    expect(shipper.stats()).toMatchObject({ shipped: 20, lastError: null });
  });

  test("may have stored a batch whose answer was lost: it is sent again and kept once", async () => {
    write(open(), ...names(10));
    sink.losesAnswer = true;
    const shipper = ship();
    await shipper.flush().catch(() => undefined);
    await shipper.flush();
    expect(sink.tools).toEqual(names(10));
    expect(sink.batches).toHaveLength(2);
  });

  test("and rejects a row for good: the row is set aside for its owner's eyes only, the others are stored", async () => {
    write(open(), "a", "bad", "c");
    sink.rejectedTools.add("bad");
    const shipper = ship();
    await shipper.flush();
    expect(sink.tools).toEqual(["a", "c"]);
    const path = join(directory, "rejected.jsonl");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const lines = readFileSync(path, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { reason: string; call: { tool: string } });
    expect(lines).toMatchObject([{ reason: "never", call: { tool: "bad" } }]);
    expect(shipper.stats()).toMatchObject({ shipped: 2, rejected: 1 });
  });
});

describe("a process that was killed", () => {
  test("leaves its journal to the next: its rows are stored, its open calls end indeterminate, its files are removed", async () => {
    await kill(await startProcess(200, 3));
    const shipper = ship({ ownInstanceId: newId(), batchSize: 10 });
    await shipper.flush();
    expect(sink.tools).toEqual([
      ...Array.from({ length: 200 }, (_, index) => `call-${index}`),
      "begun-0",
      "begun-1",
      "begun-2",
    ]);
    expect(sink.rows.slice(-3)).toMatchObject(
      Array.from({ length: 3 }, () => ({ outcome: "indeterminate", effect: "unknown", retryClass: "verify" })),
    );
    expect(sink.batches.at(-1)?.calls.at(-1)?.payload).toEqual({ arguments: "{}", result: null });
    expect(sink.rows.at(-1)?.reason).toMatch(/process ended/);
    expect(readdirSync(directory)).toEqual([]);
  });

  test("leaves its open calls to nobody while it lives", async () => {
    const child = await startProcess(2, 1);
    const shipper = ship();
    await shipper.flush();
    expect(sink.tools).toEqual(["call-0", "call-1"]);
    await kill(child);
    await shipper.flush();
    expect(sink.tools).toEqual(["call-0", "call-1", "begun-0"]);
    await shipper.flush();
    expect(sink.rows).toHaveLength(3);
    expect(readdirSync(directory)).toEqual([]);
  });

  test("is left alone while it lives and ships itself, or where another gate would adopt it", async () => {
    const child = await startProcess(2, 0, "ships");
    await ship().flush();
    expect(sink.rows).toEqual([]);
    await kill(child);
    await startProcess(3, 0);
    const gate = ship({ ownInstanceId: newId() });
    await gate.flush();
    expect(sink.tools).toEqual(["call-0", "call-1"]);
  });

  test("that ships itself is looked at all the same: what waits in it, and for how long", async () => {
    await startProcess(2, 1, "ships");
    const worker = ship();
    await worker.flush();
    const { backlogBytes, oldestWaitingAt, journals: followed } = worker.stats();
    expect(backlogBytes).toBeGreaterThan(500);
    expect(oldestWaitingAt).toBeGreaterThan(Date.now() - 60_000);
    expect(followed).toBe(0);
    // As the process does once its rows are stored, while a call is open still.
    const [file = ""] = files();
    const end = { segment: 1, offset: statSync(join(directory, file)).size };
    writeFileSync(join(directory, `${file.slice(0, 36)}.ack`), JSON.stringify({ segment: 1, offset: 0, stored: end }));
    await worker.flush();
    expect(worker.stats()).toMatchObject({ backlogBytes: 0, oldestWaitingAt: null });
  });

  test("leaves a torn frame: it is cut and reported, what stands before it is stored", async () => {
    await kill(await startProcess(3, 0));
    const path = join(directory, files().at(-1) ?? "");
    truncateSync(path, statSync(path).size - 10);
    const shipper = ship();
    await shipper.flush();
    expect(sink.tools).toEqual(["call-0", "call-1", "call-2"]);
    expect(sink.rows.map(({ outcome }) => outcome)).toEqual(["ok", "ok", "indeterminate"]);
    expect(shipper.stats().damagedBytes).toBeGreaterThan(100);
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe("two shippers on one folder", () => {
  test("share no journal, and the second takes over when the first stops", async () => {
    const journal = open();
    write(journal, "a");
    const [one, two] = [ship(), ship()];
    await Promise.all([one.flush(), two.flush()]);
    expect(one.stats().journals + two.stats().journals).toBe(1);
    expect(sink.batches).toHaveLength(1);
    await one.stop();
    write(journal, "b");
    await two.flush();
    expect(sink.tools).toEqual(["a", "b"]);
  });

  test("the second takes over from one whose process is dead", async () => {
    write(open(), "a");
    const dead = await startProcess(0, 0);
    const { pid } = dead;
    await kill(dead);
    writeFileSync(
      join(directory, `${instanceId}.claim`),
      JSON.stringify({ ...ownIdentity(), shipperId: newId(), pid, processStart: null }),
    );
    await ship().flush();
    expect(sink.tools).toEqual(["a"]);
  });

  test("the second takes over from one in another container once that one is silent for a minute, not before", async () => {
    write(open(), "a");
    const claim = join(directory, `${instanceId}.claim`);
    writeFileSync(claim, JSON.stringify({ ...ownIdentity(), shipperId: newId(), host: "another container" }));
    const shipper = ship();
    await shipper.flush();
    expect(sink.tools).toEqual([]);
    const silent = new Date(Date.now() - 61_000);
    utimesSync(claim, silent, silent);
    await shipper.flush();
    expect(sink.tools).toEqual(["a"]);
  });

  test("a claim that was cut short is nobody's", async () => {
    write(open(), "a");
    writeFileSync(join(directory, `${instanceId}.claim`), "");
    await ship().flush();
    expect(sink.tools).toEqual(["a"]);
  });
});

test("no file of the journal is anybody else's to read", async () => {
  const own = join(directory, "nested", "journal");
  const journal = new Journal({ directory: own, instanceId, shipsItself: false, onProblem: () => undefined });
  journals.push(journal);
  write(journal, "a");
  await ship({ directory: own }).flush();
  expect(statSync(own).mode & 0o777).toBe(0o700);
  expect(readdirSync(own).map((name) => statSync(join(own, name)).mode & 0o777)).toEqual([0o600, 0o600, 0o600]);
});

test("a folder that does not exist, and files of others in it, are no trouble", async () => {
  chmodSync(directory, 0o700);
  await ship({ directory: join(directory, "none") }).flush();
  for (const name of [
    "README",
    "x.journal",
    `${newId()}.00000001.journal`,
    "not-a-uuid-not-a-uuid-not-a-uuid-no.00000001.journal",
  ]) {
    writeFileSync(join(directory, name), "hello");
  }
  const shipper = ship();
  await shipper.flush();
  expect(sink.rows).toEqual([]);
});
