import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeFrames, encodeFrame, type JournalEntry } from "./frame.ts";
import { callEntry, callOf } from "./testing-records.ts";

const entryOf = (text: string): JournalEntry =>
  callEntry(callOf("t"), { arguments: JSON.stringify(text), result: null });
const frameOf = (text: string): Buffer => Buffer.from(encodeFrame(entryOf(text)));
const texts = fc.array(fc.string({ unit: "grapheme" }), { minLength: 1, maxLength: 5 });
const argumentsOf = ({ entry }: { entry: JournalEntry }): string =>
  entry.kind === "call" ? (entry.payload?.arguments ?? "") : "";

describe("frames", () => {
  test("come back as they were written", () => {
    fc.assert(
      fc.property(texts, (parts) => {
        const entries = parts.map(entryOf);
        const bytes = Buffer.concat(entries.map((entry) => Buffer.from(encodeFrame(entry))));
        const decoded = decodeFrames(bytes);
        expect(decoded.entries.map(({ entry }) => entry)).toEqual(entries);
        expect([decoded.consumed, decoded.stopped, decoded.entries.at(-1)?.end]).toEqual([
          bytes.length,
          "end",
          bytes.length,
        ]);
      }),
    );
  });

  test("may be longer than any buffer kept for them", () => {
    for (const length of [21_000, 22_000, 65_536, 3_000_000]) {
      const [decoded] = decodeFrames(frameOf("€".repeat(length))).entries;
      expect(decoded && argumentsOf(decoded)).toHaveLength(length + 2);
    }
  });

  test("are handed out no more than asked for", () => {
    const bytes = Buffer.concat(["a", "b", "c"].map(frameOf));
    const two = decodeFrames(bytes, 2);
    expect(two.entries).toHaveLength(2);
    expect(decodeFrames(bytes.subarray(two.consumed)).entries).toHaveLength(1);
  });

  test("that are torn anywhere are not there yet, and those before them are", () => {
    const [whole, torn] = [frameOf("a"), frameOf("b")];
    for (let length = 1; length < torn.length; length++) {
      const decoded = decodeFrames(Buffer.concat([whole, torn.subarray(0, length)]));
      expect([decoded.entries.length, decoded.consumed, decoded.stopped]).toEqual([1, whole.length, "incomplete"]);
    }
  });

  test("with any bit flipped are never taken for another entry", () => {
    const frame = frameOf("secret amount 100");
    for (let bit = 0; bit < frame.length * 8; bit++) {
      const damaged = Buffer.from(frame);
      damaged.writeUInt8(damaged.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(decodeFrames(damaged).entries).toEqual([]);
    }
  });

  test("are never found in noise, nor in what a client sends", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        expect(decodeFrames(Buffer.from(noise)).entries).toEqual([]);
      }),
    );
    const smuggled = frameOf("inner").toString("latin1");
    const outer = frameOf(smuggled);
    for (let at = 1; at < outer.length; at++) expect(decodeFrames(outer.subarray(at)).entries).toEqual([]);
  });
});
