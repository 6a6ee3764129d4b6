import {
  closeSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { verdictOf, type CallRecord, type RecordBatch, type RecordedCall } from "@tachograph/record";
import { decodeFrames, type JournalEntry, type JournalHeader } from "./frame.ts";
import { segmentName } from "./journal.ts";
import { isAlive } from "./process-identity.ts";

interface Position {
  segment: number;
  offset: number;
}

/** How long a process may take to write the first frame of a segment. */
const HEADER_GRACE_MS = 60_000;
/** How long a process that cannot be seen from here may be silent. */
const UNSEEN_GRACE_MS = 60 * 60_000;
const CHUNK_BYTES = 2 * 1024 * 1024;

/**
 * What one process wrote, read in order across its segments. `read` hands out a batch and moves on; `acknowledge` says
 * that everything handed out is stored, so that a restart begins behind it.
 */
export class JournalStream {
  readonly instanceId: string;
  header: JournalHeader | undefined;
  /** Bytes given up as damaged or torn. */
  damagedBytes = 0;
  readonly #directory: string;
  #segments: number[] = [];
  #position: Position;
  #stored: Position;
  /** Calls without an answer yet, and where their `begun` frame stands. */
  readonly #open = new Map<string, RecordedCall & { at: Position }>();
  #finished = false;

  constructor(directory: string, instanceId: string) {
    this.#directory = directory;
    this.instanceId = instanceId;
    this.#position = this.#loadAcknowledged();
    this.#stored = { ...this.#position };
  }

  /** Whether everything was read of a process that will write no more. */
  get finished(): boolean {
    return this.#finished;
  }

  /**
   * Whether its process may still write. Of one that cannot be seen from here, as in a container that was made anew, the
   * age of its newest segment tells: an idle process opens a new one where its old one was removed.
   */
  isAlive(): boolean {
    const known = this.header === undefined ? undefined : isAlive(this.header);
    if (known !== undefined) return known;
    const newest = statSync(this.#path(this.#segments.at(-1) ?? 0), { throwIfNoEntry: false });
    const graceMs = this.header === undefined ? HEADER_GRACE_MS : UNSEEN_GRACE_MS;
    return newest !== undefined && Date.now() - newest.mtimeMs < graceMs;
  }

  /** Tells the stream which segments there are. */
  setSegments(segments: number[]): void {
    this.#segments = segments.toSorted((a, b) => a - b);
    const first = this.#segments[0];
    if (first !== undefined && this.#position.segment < first) this.#position = { segment: first, offset: 0 };
    if (first !== undefined && this.header === undefined) {
      const opening = this.#readChunk({ segment: first, offset: 0 }, 4096).bytes;
      const entry = decodeFrames(opening, 1).entries[0]?.entry;
      if (entry?.kind === "header") this.header = entry;
    }
  }

  /** Bytes that were written and are not stored yet. */
  backlogBytes(): number {
    return this.#bytesBehind(this.#stored);
  }

  #bytesBehind(position: Position): number {
    return this.#segments
      .filter((segment) => segment >= position.segment)
      .reduce((sum, segment) => {
        const size = this.#size(segment);
        return sum + Math.max(0, size - (segment === position.segment ? position.offset : 0));
      }, 0);
  }

  /** Up to about `maxCalls` calls; an empty batch means that there is nothing to send now. */
  read(maxCalls: number): RecordBatch {
    const batch: RecordBatch = { calls: [], definitions: [] };
    // Asked before reading: what a process wrote before it died is then sure to be seen.
    const alive = this.isAlive();
    while (batch.calls.length < maxCalls) {
      const { bytes, size } = this.#readChunk(this.#position, CHUNK_BYTES);
      const decoded = decodeFrames(bytes, maxCalls - batch.calls.length);
      for (const { entry, end } of decoded.entries) {
        this.#take(entry, { segment: this.#position.segment, offset: this.#position.offset + end }, batch);
      }
      this.#position.offset += decoded.consumed;
      if (decoded.consumed > 0 && decoded.stopped !== "damaged") continue;

      const next = this.#segments.find((segment) => segment > this.#position.segment);
      const complete = this.#position.offset >= size;
      if (complete || (decoded.stopped === "incomplete" && next === undefined && alive)) {
        if (next !== undefined) this.#position = { segment: next, offset: 0 };
        else break;
      } else if (!this.#skipDamage(size, alive && next === undefined)) {
        break;
      }
    }
    const atEnd = this.#position.segment === (this.#segments.at(-1) ?? 0) && this.#bytesBehind(this.#position) === 0;
    if (!alive && atEnd && batch.calls.length < maxCalls) {
      for (const { call, payload } of this.#open.values()) batch.calls.push({ call: indeterminate(call), payload });
      this.#open.clear();
      this.#finished = true;
    }
    return batch;
  }

  /** Everything read so far is stored: remembers it and removes what is no longer needed. */
  acknowledge(): void {
    this.#stored = { ...this.#position };
    if (this.#finished) {
      for (const segment of this.#segments) rmSync(this.#path(segment), { force: true });
      rmSync(this.#ackPath, { force: true });
      return;
    }
    // A restart must see the `begun` frames of calls that still wait for their answer.
    const safe = [...this.#open.values()].reduce(
      (least, { at }) =>
        at.segment < least.segment || (at.segment === least.segment && at.offset < least.offset) ? at : least,
      this.#position,
    );
    const temporary = `${this.#ackPath}.${process.pid}`;
    writeFileSync(temporary, JSON.stringify(safe), { mode: 0o600 });
    renameSync(temporary, this.#ackPath);
    const newest = this.#segments.at(-1) ?? 0;
    for (const segment of this.#segments) {
      if (segment < safe.segment && segment < newest) rmSync(this.#path(segment), { force: true });
    }
  }

  #take(entry: JournalEntry, end: Position, batch: RecordBatch): void {
    switch (entry.kind) {
      case "header":
        this.header = entry;
        break;
      case "begun":
        this.#open.set(entry.call.id, {
          call: entry.call,
          payload: entry.payload,
          at: { segment: end.segment, offset: this.#position.offset },
        });
        break;
      case "call":
        this.#open.delete(entry.call.id);
        batch.calls.push({ call: entry.call, payload: entry.payload });
        break;
      case "definition":
        batch.definitions.push(entry.definition);
        break;
    }
  }

  /** Moves to the next whole frame, or to the end of the segment unless more may be written there. False: not moved. */
  #skipDamage(size: number, growing: boolean): boolean {
    const from = this.#position.offset;
    const { bytes } = this.#readChunk(this.#position, size - from);
    let lost = 1;
    while (lost < bytes.length && decodeFrames(bytes.subarray(lost), 1).consumed === 0) lost++;
    if (growing && lost >= bytes.length) return false;
    const given = lost < bytes.length ? lost : size - from;
    this.#position.offset += given;
    this.damagedBytes += given;
    return true;
  }

  #readChunk(at: Position, chunkBytes: number): { bytes: Buffer; size: number } {
    let fd: number;
    try {
      fd = openSync(this.#path(at.segment), "r");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return { bytes: Buffer.alloc(0), size: 0 };
      throw error;
    }
    try {
      const size = fstatSync(fd).size;
      const length = Math.max(0, Math.min(chunkBytes, size - at.offset));
      let bytes = Buffer.allocUnsafe(length);
      bytes = bytes.subarray(0, readSync(fd, bytes, 0, length, at.offset));
      if (
        length === chunkBytes &&
        bytes.length >= 4 &&
        bytes.readUInt32LE(0) + 8 > length &&
        decodeFrames(bytes, 1).stopped === "incomplete"
      ) {
        // One frame longer than a chunk.
        const whole = Buffer.allocUnsafe(Math.min(size - at.offset, bytes.readUInt32LE(0) + 8));
        return { bytes: whole.subarray(0, readSync(fd, whole, 0, whole.length, at.offset)), size };
      }
      return { bytes, size };
    } finally {
      closeSync(fd);
    }
  }

  #size(segment: number): number {
    return statSync(this.#path(segment), { throwIfNoEntry: false })?.size ?? 0;
  }

  #loadAcknowledged(): Position {
    try {
      const saved = JSON.parse(readFileSync(this.#ackPath, "utf8")) as Partial<Position>;
      if (Number.isSafeInteger(saved.segment) && Number.isSafeInteger(saved.offset)) return saved as Position;
    } catch {
      // Absent or damaged: reading again from the start is harmless, since rows are known by their ids.
    }
    return { segment: 0, offset: 0 };
  }

  #path(segment: number): string {
    return join(this.#directory, segmentName(this.instanceId, segment));
  }

  get #ackPath(): string {
    return join(this.#directory, `${this.instanceId}.ack`);
  }
}

function indeterminate(call: CallRecord): CallRecord {
  return {
    ...call,
    ...verdictOf("indeterminate", call.mutability, true),
    outcome: "indeterminate",
    reason: "the server's process ended before this call was answered",
  };
}
