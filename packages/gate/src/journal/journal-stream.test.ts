import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newId } from "@tachograph/record";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { encodeFrame, type JournalEntry } from "./frame.ts";
import { JournalStream } from "./journal-stream.ts";
import { segmentName } from "./journal.ts";
import { ownIdentity } from "./process-identity.ts";
import { callEntry, callOf } from "./testing-records.ts";

let directory: string;
const instanceId = newId();
const tools = ["a", "b", "c", "d"];
const calls = tools.map((tool) => callOf(tool));

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "stream-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** The process of this test, which lives, or one that cannot. */
const header = (alive: boolean, segment = 1): JournalEntry => ({
  kind: "header",
  version: 1,
  instanceId,
  segment,
  ...ownIdentity(),
  pid: alive ? process.pid : 2 ** 22 + 1,
  processStart: null,
  shipsItself: false,
});
const frames = (...entries: JournalEntry[]): Buffer[] => entries.map((entry) => Buffer.from(encodeFrame(entry)));
const segment = (alive = false): Buffer[] => frames(header(alive), ...calls.map((call) => callEntry(call)));
function read(bytes: Buffer, second?: Buffer): { tools: (string | null)[]; stream: JournalStream } {
  writeFileSync(join(directory, segmentName(instanceId, 1)), bytes);
  if (second !== undefined) writeFileSync(join(directory, segmentName(instanceId, 2)), second);
  const stream = new JournalStream(directory, instanceId);
  stream.setSegments(second === undefined ? [1] : [1, 2]);
  return { tools: stream.read(1_000).calls.map(({ call }) => call.tool), stream };
}

describe("a damaged segment", () => {
  test("loses the frame that a bit flipped in, and no other, whichever bit it is", () => {
    const parts = segment();
    const whole = Buffer.concat(parts);
    const start = (parts[0]?.length ?? 0) + (parts[1]?.length ?? 0);
    const length = parts[2]?.length ?? 0;
    for (let byte = 0; byte < length; byte += byte < 16 ? 1 : 29) {
      for (let bit = 0; bit < 8; bit++) {
        const damaged = Buffer.from(whole);
        damaged.writeUInt8(damaged.readUInt8(start + byte) ^ (1 << bit), start + byte);
        const { tools: found, stream } = read(damaged);
        expect(found).toEqual(["a", "c", "d"]);
        expect(stream.damagedBytes).toBe(length);
        expect(stream.finished).toBe(true);
      }
    }
  });

  test("loses the same while its process still writes", () => {
    const parts = segment(true);
    const damaged = Buffer.concat(parts);
    const at = (parts[0]?.length ?? 0) + (parts[1]?.length ?? 0) + 40;
    damaged.writeUInt8(damaged.readUInt8(at) ^ 1, at);
    const { tools: found, stream } = read(damaged);
    expect([found, stream.finished]).toEqual([["a", "c", "d"], false]);
  });

  test("with a damaged last frame waits for what its process writes next, and then finds it whole", () => {
    const parts = segment(true);
    const damaged = Buffer.concat(parts);
    damaged.writeUInt8(damaged.readUInt8(damaged.length - 5) ^ 1, damaged.length - 5);
    const { tools: found, stream } = read(damaged);
    expect(found).toEqual(["a", "b", "c"]);
    const [later = Buffer.alloc(0)] = frames(callEntry(callOf("later")));
    for (const bytes of [later.subarray(0, 60), later]) {
      writeFileSync(join(directory, segmentName(instanceId, 1)), Buffer.concat([damaged, bytes]));
      expect(stream.read(1_000).calls.map(({ call }) => call.tool)).toEqual(bytes === later ? ["later"] : []);
    }
  });

  test("does not keep the next segment from being read", () => {
    const torn = Buffer.concat(segment()).subarray(0, -20);
    const { tools: found } = read(torn, Buffer.concat(frames(header(false, 2), callEntry(callOf("next")))));
    expect(found).toEqual(["a", "b", "c", "next"]);
  });

  test("of zeros, of noise, or empty, gives nothing and comes to an end", () => {
    const next = Buffer.concat(frames(header(false, 2), callEntry(callOf("next"))));
    for (const bytes of [Buffer.alloc(10_000), Buffer.alloc(10_000, 0x7f), Buffer.alloc(0), Buffer.from("hello")]) {
      expect(read(bytes, next).tools).toEqual(["next"]);
    }
  });

  test("of 8 MB of noise takes no time worth mentioning", () => {
    const noise = Buffer.alloc(8_000_000);
    for (let at = 0; at + 4 <= noise.length; at += 4) noise.writeUInt32LE(Math.imul(at, 2_654_435_761) >>> 0, at);
    const startedAt = performance.now();
    expect(read(Buffer.concat([...frames(header(false)), noise, ...frames(callEntry(callOf("end")))])).tools).toEqual([
      "end",
    ]);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

test("an acknowledgement behind a file that power loss cut short ends the stream quietly", () => {
  writeFileSync(join(directory, `${instanceId}.ack`), JSON.stringify({ segment: 1, offset: 1_000_000 }));
  const { tools: found, stream } = read(Buffer.concat(segment()));
  expect([found, stream.finished]).toEqual([[], true]);
  stream.acknowledge();
  expect(readdirSync(directory)).toEqual([]);
});

test("a call that was answered after it began is recorded as it was answered", () => {
  const call = callOf("slow");
  const { stream } = read(
    Buffer.concat(
      frames(
        header(false),
        { kind: "begun", call: { ...call, outcome: "indeterminate" }, payload: null },
        callEntry(call),
      ),
    ),
  );
  expect(stream.finished).toBe(true);
  expect(
    read(Buffer.concat(frames(header(false), { kind: "begun", call, payload: { arguments: "{}", result: null } })))
      .stream.finished,
  ).toBe(true);
});

test("a journal from another container is finished once it was silent for an hour, not before", () => {
  const elsewhere = { ...header(true), host: "another container" } as JournalEntry;
  const bytes = Buffer.concat(frames(elsewhere, ...calls.map((call) => callEntry(call))));
  expect(read(bytes)).toMatchObject({ tools, stream: { finished: false } });
  const path = join(directory, segmentName(instanceId, 1));
  const silent = new Date(Date.now() - 61 * 60_000);
  utimesSync(path, silent, silent);
  const stream = new JournalStream(directory, instanceId);
  stream.setSegments([1]);
  stream.read(1_000);
  expect(stream.finished).toBe(true);
});
