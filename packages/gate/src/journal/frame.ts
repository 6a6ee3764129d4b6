import { isAscii } from "node:buffer";
import { crc32 } from "node:zlib";
import type { CallPayload, CallRecord, ToolDefinition } from "@tachograph/record";

/** First frame of every segment: whose journal this is. */
export interface JournalHeader {
  kind: "header";
  version: 1;
  instanceId: string;
  segment: number;
  host: string;
  pid: number;
  /** Tells a process from a later one with the same pid; null where the system does not say. */
  processStart: string | null;
  /** Whether the process ships this journal itself while it lives. */
  shipsItself: boolean;
}

/** Written on receipt: a call that has no `call` frame when its process is dead ended `indeterminate`. */
export interface BegunEntry {
  kind: "begun";
  call: CallRecord;
  payload: CallPayload | null;
}

export type JournalEntry =
  | JournalHeader
  | BegunEntry
  | { kind: "call"; call: CallRecord; payload: CallPayload | null }
  | { kind: "definition"; definition: ToolDefinition }
  /** Entries that were lost before this one, and when this was written (milliseconds since the epoch). */
  | { kind: "dropped"; count: number; at: number };

const PREFIX_BYTES = 8;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
/** A longer frame is damage, not data. */
const MAX_FRAME_BYTES = 64 * 1024 * 1024;
/** Frames are made here and written at once; only one too long for it gets a buffer of its own. */
const scratch = Buffer.allocUnsafe(64 * 1024);
const MAX_UTF8_PER_UNIT = 3;

/**
 * Length (u32, little endian), CRC-32 of the body (u32), body: JSON in UTF-8.
 *
 * @returns bytes that are valid until the next call.
 */
export function encodeFrame(entry: JournalEntry): Buffer {
  const json = JSON.stringify(entry);
  const fits = json.length * MAX_UTF8_PER_UNIT + PREFIX_BYTES <= scratch.length;
  const buffer = fits ? scratch : Buffer.allocUnsafe(PREFIX_BYTES + Buffer.byteLength(json));
  const length = buffer.write(json, PREFIX_BYTES, "utf8");
  const frame = buffer.subarray(0, PREFIX_BYTES + length);
  frame.writeUInt32LE(length, 0);
  frame.writeUInt32LE(crc32(frame.subarray(PREFIX_BYTES)), 4);
  return frame;
}

/** Why reading stopped before the end: the rest is not there yet, or is damaged. */
export type Stopped = "end" | "incomplete" | "damaged";

export interface SplitFrames {
  /** Bodies of whole frames, unread; `end` counts from the start of the bytes. */
  frames: { body: Buffer; end: number }[];
  /** Bytes that were whole frames. */
  consumed: number;
  stopped: Stopped;
}

/** Finds whole frames at the start of `bytes`, at most `maxFrames`. */
export function splitFrames(bytes: Buffer, maxFrames = Number.POSITIVE_INFINITY): SplitFrames {
  const frames: SplitFrames["frames"] = [];
  let at = 0;
  while (at < bytes.length && frames.length < maxFrames) {
    if (bytes.length - at < PREFIX_BYTES) return { frames, consumed: at, stopped: "incomplete" };
    const length = bytes.readUInt32LE(at);
    if (length === 0 || length > MAX_FRAME_BYTES) return { frames, consumed: at, stopped: "damaged" };
    const end = at + PREFIX_BYTES + length;
    if (end > bytes.length) return { frames, consumed: at, stopped: "incomplete" };
    const body = bytes.subarray(at + PREFIX_BYTES, end);
    // Damage may name any length: what is no JSON object needs no checksum over megabytes.
    const isObject = body[0] === OPENING_BRACE && body[length - 1] === CLOSING_BRACE;
    if (!isObject || crc32(body) !== bytes.readUInt32LE(at + 4)) return { frames, consumed: at, stopped: "damaged" };
    frames.push({ body, end });
    at = end;
  }
  return { frames, consumed: at, stopped: "end" };
}

export interface DecodedFrames {
  entries: { entry: JournalEntry; end: number }[];
  consumed: number;
  stopped: Stopped;
}

/** Reads whole frames from the start of `bytes`, at most `maxEntries`; `end` counts from the start of `bytes`. */
export function decodeFrames(bytes: Buffer, maxEntries = Number.POSITIVE_INFINITY): DecodedFrames {
  const { frames, consumed, stopped } = splitFrames(bytes, maxEntries);
  const entries: DecodedFrames["entries"] = [];
  let at = 0;
  for (const { body, end } of frames) {
    const entry = parseEntry(body);
    if (entry === undefined) return { entries, consumed: at, stopped: "damaged" };
    entries.push({ entry, end });
    at = end;
  }
  return { entries, consumed, stopped };
}

/** What a frame's body says; undefined where it is no entry. */
export function parseEntry(body: Buffer): JournalEntry | undefined {
  try {
    // Most are ASCII, which this makes text of at less cost.
    const entry: unknown = JSON.parse(body.toString(isAscii(body) ? "latin1" : "utf8"));
    return typeof entry === "object" && entry !== null && "kind" in entry ? (entry as JournalEntry) : undefined;
  } catch {
    return undefined;
  }
}

const BEGUN_OPENING = '{"kind":"begun","call":{"id":"';
const ID_LENGTH = 36;

/** The id in a `begun` frame without reading the rest; undefined where the frame is another or is written in another way. */
export function begunId(body: Buffer): string | undefined {
  const opening = body.toString("latin1", 0, BEGUN_OPENING.length + ID_LENGTH);
  return opening.startsWith(BEGUN_OPENING) ? opening.slice(BEGUN_OPENING.length) : undefined;
}
