import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newId, type CallRecord } from "@tachograph/record";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { encodeFrame, type JournalEntry } from "./frame.ts";
import { JournalStream } from "./journal-stream.ts";
import { segmentName } from "./segment-name.ts";
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
async function read(bytes: Buffer, second?: Buffer): Promise<{ tools: (string | null)[]; stream: JournalStream }> {
  writeFileSync(join(directory, segmentName(instanceId, 1)), bytes);
  if (second !== undefined) writeFileSync(join(directory, segmentName(instanceId, 2)), second);
  const stream = new JournalStream(directory, instanceId);
  stream.setSegments(second === undefined ? [1] : [1, 2]);
  return { tools: await readTools(stream), stream };
}
const everything = { maxCalls: 1_000, maxBytes: 100_000_000 };
const readTools = async (stream: JournalStream): Promise<(string | null)[]> =>
  (await stream.read(everything)).calls.map(({ call }) => call.tool);

describe("a damaged segment", () => {
  test("loses the frame that a bit flipped in, and no other, whichever bit it is", async () => {
    const parts = segment();
    const whole = Buffer.concat(parts);
    const start = (parts[0]?.length ?? 0) + (parts[1]?.length ?? 0);
    const length = parts[2]?.length ?? 0;
    for (let byte = 0; byte < length; byte += byte < 16 ? 1 : 29) {
      for (let bit = 0; bit < 8; bit++) {
        const damaged = Buffer.from(whole);
        damaged.writeUInt8(damaged.readUInt8(start + byte) ^ (1 << bit), start + byte);
        const { tools: found, stream } = await read(damaged);
        expect(found).toEqual(["a", "c", "d"]);
        expect(stream.damagedBytes).toBe(length);
        expect(stream.finished).toBe(true);
      }
    }
  });

  test("loses the same while its process still writes", async () => {
    const parts = segment(true);
    const damaged = Buffer.concat(parts);
    const at = (parts[0]?.length ?? 0) + (parts[1]?.length ?? 0) + 40;
    damaged.writeUInt8(damaged.readUInt8(at) ^ 1, at);
    const { tools: found, stream } = await read(damaged);
    expect([found, stream.finished]).toEqual([["a", "c", "d"], false]);
  });

  test("with a damaged last frame waits for what its process writes next, and then finds it whole", async () => {
    const parts = segment(true);
    const damaged = Buffer.concat(parts);
    damaged.writeUInt8(damaged.readUInt8(damaged.length - 5) ^ 1, damaged.length - 5);
    const { tools: found, stream } = await read(damaged);
    expect(found).toEqual(["a", "b", "c"]);
    const [later = Buffer.alloc(0)] = frames(callEntry(callOf("later")));
    for (const bytes of [later.subarray(0, 60), later]) {
      writeFileSync(join(directory, segmentName(instanceId, 1)), Buffer.concat([damaged, bytes]));
      expect(await readTools(stream)).toEqual(bytes === later ? ["later"] : []);
    }
  });

  test("does not keep the next segment from being read", async () => {
    const torn = Buffer.concat(segment()).subarray(0, -20);
    const { tools: found } = await read(torn, Buffer.concat(frames(header(false, 2), callEntry(callOf("next")))));
    expect(found).toEqual(["a", "b", "c", "next"]);
  });

  test("of zeros, of noise, or empty, gives nothing and comes to an end", async () => {
    const next = Buffer.concat(frames(header(false, 2), callEntry(callOf("next"))));
    for (const bytes of [Buffer.alloc(10_000), Buffer.alloc(10_000, 0x7f), Buffer.alloc(0), Buffer.from("hello")]) {
      expect((await read(bytes, next)).tools).toEqual(["next"]);
    }
  });

  test("of 8 MB of noise takes no time worth mentioning", async () => {
    const noise = Buffer.alloc(8_000_000);
    for (let at = 0; at + 4 <= noise.length; at += 4) noise.writeUInt32LE(Math.imul(at, 2_654_435_761) >>> 0, at);
    const startedAt = performance.now();
    const bytes = Buffer.concat([...frames(header(false)), noise, ...frames(callEntry(callOf("end")))]);
    expect((await read(bytes)).tools).toEqual(["end"]);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

test("an acknowledgement behind a file that power loss cut short ends the stream quietly", async () => {
  writeFileSync(join(directory, `${instanceId}.ack`), JSON.stringify({ segment: 1, offset: 1_000_000 }));
  const { tools: found, stream } = await read(Buffer.concat(segment()));
  expect([found, stream.finished]).toEqual([[], true]);
  stream.acknowledge(await stream.read(everything));
  expect(readdirSync(directory)).toEqual([]);
});

test("a call that was answered after it began is recorded as it was answered, one that was not as indeterminate", async () => {
  const [answered, open] = [callOf("answered"), callOf("open")];
  const begun = (call: CallRecord): JournalEntry => ({
    kind: "begun",
    call: { ...call, outcome: "indeterminate" },
    payload: { arguments: "{}", result: null },
  });
  // Written by somebody who puts the fields in another order.
  const { id, ...rest } = callOf("open too");
  const entries = [header(false), begun(answered), begun(open), begun({ ...rest, id }), callEntry(answered)];
  writeFileSync(join(directory, segmentName(instanceId, 1)), Buffer.concat(frames(...entries)));
  const stream = new JournalStream(directory, instanceId);
  stream.setSegments([1]);
  const batch = await stream.read(everything);
  expect(batch.calls.map(({ call }) => [call.tool, call.outcome])).toEqual([
    ["answered", "ok"],
    ["open", "indeterminate"],
    ["open too", "indeterminate"],
  ]);
  expect(batch.calls.slice(1).map(({ payload }) => payload?.arguments)).toEqual(["{}", "{}"]);
  expect(stream.finished).toBe(true);
});

test("a journal tells what it lost, and since when its oldest row waits", async () => {
  const late = callOf("late", { startedAt: 1_000_000, durationUs: 2_500_000 });
  const entries = [header(true), { kind: "dropped", count: 3, at: 1 }, callEntry(late), callEntry(callOf("later"))];
  writeFileSync(join(directory, segmentName(instanceId, 1)), Buffer.concat(frames(...(entries as JournalEntry[]))));
  const stream = new JournalStream(directory, instanceId);
  stream.setSegments([1]);
  expect(stream.oldestUnreadAt()).toBe(1_002_500);
  expect(await stream.read(everything)).toMatchObject({ dropped: 3, oldestAt: 1_002_500, isAll: true });
  expect(stream.oldestUnreadAt()).toBeNull();
});

test("a journal from another container is finished once it was silent for an hour, not before", async () => {
  const elsewhere = { ...header(true), host: "another container" } as JournalEntry;
  const bytes = Buffer.concat(frames(elsewhere, ...calls.map((call) => callEntry(call))));
  expect(await read(bytes)).toMatchObject({ tools, stream: { finished: false } });
  const path = join(directory, segmentName(instanceId, 1));
  const silent = new Date(Date.now() - 61 * 60_000);
  utimesSync(path, silent, silent);
  const stream = new JournalStream(directory, instanceId);
  stream.setSegments([1]);
  await stream.read(everything);
  expect(stream.finished).toBe(true);
});
