import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { CallPayload, CallRecord } from "@tachograph/record";
import { decodeFrames, type JournalEntry } from "../journal/frame.ts";

/** Everything in a journal folder, without taking it from whoever ships it. */
export const entriesIn = (directory: string): JournalEntry[] =>
  readdirSync(directory)
    .filter((name) => name.endsWith(".journal"))
    .toSorted()
    .flatMap((name) => decodeFrames(readFileSync(join(directory, name))).entries.map(({ entry }) => entry));

export const callsIn = (directory: string): { call: CallRecord; payload: CallPayload | null }[] =>
  entriesIn(directory).flatMap((entry) => (entry.kind === "call" ? [entry] : []));

export const rowsIn = (directory: string): CallRecord[] => callsIn(directory).map(({ call }) => call);
