import {
  closeSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  unlink,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { verdictOf, type CallRecord, type RecordBatch, type RecordedCall } from "@tachograph/record";
import { begunId, decodeFrames, parseEntry, splitFrames, type BegunEntry, type JournalHeader } from "./frame.ts";
import { isAlive } from "./process-identity.ts";
import { ackName, parseAcknowledged, segmentName, type Acknowledged, type Position } from "./segment-name.ts";

/** What was read in one go, and the place behind it. */
export interface JournalBatch extends RecordBatch {
  /** Entries that the journal says it lost. */
  dropped: number;
  /** When the first of the calls was written (milliseconds since the epoch); null where there are none. */
  oldestAt: number | null;
  /** Whether the journal had no more to give. */
  isAll: boolean;
  end: Position;
}

/** How long a process may take to write the first frame of a segment. */
const HEADER_GRACE_MS = 60_000;
/** How long a process that cannot be seen from here may be silent. */
const UNSEEN_GRACE_MS = 60 * 60_000;
/** Little enough to be read within a turn of an event loop that others share. */
const CHUNK_BYTES = 256 * 1024;
const PEEKED_BYTES = 64 * 1024;
/** Whatever is kept of a chunk is copied, so that all streams read into the same one. */
const scratch = Buffer.allocUnsafeSlow(CHUNK_BYTES);

/**
 * What one process wrote, read in order across its segments. `read` hands out a batch and moves on; `acknowledge` says
 * that a batch and all before it are stored, so that a restart begins behind it.
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
  readonly #open = new Map<string, { at: Position; read: () => BegunEntry | undefined }>();
  #isFinished = false;
  #peeked: { segment: number; offset: number; at: number | null } | undefined;

  constructor(directory: string, instanceId: string) {
    this.#directory = directory;
    this.instanceId = instanceId;
    const { stored, ...position } = this.#loadAcknowledged();
    this.#position = position;
    this.#stored = stored;
  }

  /** Whether everything was read of a process that will write no more. */
  get finished(): boolean {
    return this.#isFinished;
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
    if (first !== undefined && this.#stored.segment < first) this.#stored = { segment: first, offset: 0 };
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

  /** When the next call that `read` would give was written (milliseconds since the epoch); null where there is none. */
  oldestUnreadAt(): number | null {
    return this.#firstCallAt(this.#position);
  }

  /** The same for the next call that was not stored when the stream was made. */
  oldestUnstoredAt(): number | null {
    return this.#firstCallAt(this.#stored);
  }

  #firstCallAt({ segment, offset }: Position): number | null {
    if (this.#peeked?.segment === segment && this.#peeked.offset === offset && this.#peeked.at !== null)
      return this.#peeked.at;
    const { frames } = splitFrames(this.#readChunk({ segment, offset }, PEEKED_BYTES).bytes);
    for (const { body } of frames) {
      const entry = begunId(body) === undefined ? parseEntry(body) : undefined;
      if (entry?.kind !== "call") continue;
      this.#peeked = { segment, offset, at: writtenAt(entry.call) };
      return this.#peeked.at;
    }
    return null;
  }

  /** Up to about so many calls and bytes; an empty batch means that there is nothing to send now. */
  async read({ maxCalls, maxBytes }: { maxCalls: number; maxBytes: number }): Promise<JournalBatch> {
    const batch: JournalBatch = {
      calls: [],
      definitions: [],
      dropped: 0,
      oldestAt: null,
      isAll: false,
      end: this.#position,
    };
    // Asked before reading: what a process wrote before it died is then sure to be seen.
    const alive = this.isAlive();
    let bytes = 0;
    while (batch.calls.length < maxCalls && bytes < maxBytes) {
      const consumed = this.#readSome(batch, maxCalls - batch.calls.length, alive);
      batch.isAll = consumed === undefined;
      if (consumed === undefined) break;
      bytes += consumed;
      if (consumed >= CHUNK_BYTES / 2) await nextTurn();
    }
    if (!alive && batch.isAll && this.#bytesBehind(this.#position) === 0) {
      for (const { read } of this.#open.values()) {
        const begun = read();
        if (begun !== undefined) batch.calls.push(indeterminate(begun));
      }
      this.#open.clear();
      this.#isFinished = true;
    }
    batch.end = { ...this.#position };
    const first = batch.calls[0];
    if (first !== undefined) batch.oldestAt = writtenAt(first.call);
    return batch;
  }

  /** Reads a chunk into the batch and moves behind it. Undefined: there is no more now. */
  #readSome(batch: JournalBatch, maxFrames: number, alive: boolean): number | undefined {
    const { segment, offset } = this.#position;
    const { bytes, size } = this.#readChunk(this.#position, CHUNK_BYTES);
    const { frames, consumed, stopped } = splitFrames(bytes, maxFrames);
    const begun = new Map<string, Buffer>();
    let from = 0;
    for (const { body, end } of frames) {
      this.#take(body, { at: { segment, offset: offset + from }, batch, begun });
      from = end;
    }
    // Most calls end within the chunk that they began in, and nobody reads how they began.
    for (const [id, body] of begun) this.#keepBegun(id, Buffer.from(body));
    this.#position.offset += consumed;
    if (consumed > 0 && stopped !== "damaged") return consumed;

    const next = this.#segments.find((other) => other > segment);
    const complete = this.#position.offset >= size;
    if (complete || (stopped === "incomplete" && next === undefined && alive)) {
      if (next === undefined) return undefined;
      this.#position = { segment: next, offset: 0 };
      return consumed;
    }
    return this.#skipDamage(size, alive && next === undefined) ? consumed : undefined;
  }

  #take(body: Buffer, { at, batch, begun }: { at: Position; batch: JournalBatch; begun: Map<string, Buffer> }): void {
    const id = begunId(body);
    if (id !== undefined) {
      this.#open.set(id, { at, read: () => undefined });
      begun.set(id, body);
      return;
    }
    const entry = parseEntry(body);
    switch (entry?.kind) {
      case "header":
        this.header = entry;
        break;
      case "begun":
        this.#open.set(entry.call.id, { at, read: () => entry });
        break;
      case "call":
        this.#open.delete(entry.call.id);
        begun.delete(entry.call.id);
        batch.calls.push({ call: entry.call, payload: entry.payload });
        break;
      case "definition":
        batch.definitions.push(entry.definition);
        break;
      case "dropped":
        batch.dropped += entry.count;
        break;
      case undefined:
        this.damagedBytes += body.length;
        break;
    }
  }

  #keepBegun(id: string, body: Buffer): void {
    const open = this.#open.get(id);
    if (open === undefined) return;
    open.read = () => {
      const entry = parseEntry(body);
      return entry?.kind === "begun" ? entry : undefined;
    };
  }

  /** A batch and all before it are stored: remembers it and removes what is no longer needed. */
  acknowledge({ end }: { end: Position }): void {
    this.#stored = { ...end };
    if (this.#isFinished && compare(end, this.#position) === 0) {
      for (const segment of this.#segments) rmSync(this.#path(segment), { force: true });
      rmSync(this.#ackPath, { force: true });
      return;
    }
    // A restart must see the `begun` frames of calls that still wait for their answer.
    const safe = [...this.#open.values()].reduce((least, { at }) => (compare(at, least) < 0 ? at : least), end);
    const temporary = `${this.#ackPath}.${process.pid}`;
    const acknowledged: Acknowledged = { ...safe, stored: end };
    writeFileSync(temporary, JSON.stringify(acknowledged), { mode: 0o600 });
    renameSync(temporary, this.#ackPath);
    const done = this.#segments.filter((segment) => segment < safe.segment && segment < (this.#segments.at(-1) ?? 0));
    // Megabytes take the system a while to let go. One that stays is found again by whoever reads the folder next.
    for (const segment of done) unlink(this.#path(segment), () => undefined);
    this.#segments = this.#segments.filter((segment) => !done.includes(segment));
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
      let bytes = length <= scratch.length ? scratch : Buffer.allocUnsafe(length);
      bytes = bytes.subarray(0, readSync(fd, bytes, 0, length, at.offset));
      if (
        length === chunkBytes &&
        bytes.length >= 4 &&
        bytes.readUInt32LE(0) + 8 > length &&
        splitFrames(bytes, 1).stopped === "incomplete"
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

  /** Absent or damaged, it is read again from the start: that is harmless, since rows are known by their ids. */
  #loadAcknowledged(): Acknowledged {
    const start = { segment: 0, offset: 0 };
    try {
      return parseAcknowledged(readFileSync(this.#ackPath, "utf8")) ?? { ...start, stored: start };
    } catch {
      return { ...start, stored: start };
    }
  }

  #path(segment: number): string {
    return join(this.#directory, segmentName(this.instanceId, segment));
  }

  get #ackPath(): string {
    return join(this.#directory, ackName(this.instanceId));
  }
}

const compare = (a: Position, b: Position): number => a.segment - b.segment || a.offset - b.offset;

/** A call is written when it is answered. */
const writtenAt = ({ startedAt, durationUs }: CallRecord): number => Math.round(startedAt + durationUs / 1000);

function indeterminate({ call, payload }: BegunEntry): RecordedCall {
  return {
    call: {
      ...call,
      ...verdictOf("indeterminate", call.mutability, true),
      outcome: "indeterminate",
      reason: "the server's process ended before this call was answered",
    },
    payload,
  };
}
