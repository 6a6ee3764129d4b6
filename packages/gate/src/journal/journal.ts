import { join } from "node:path";
import { encodeFrame, type BegunEntry, type JournalEntry } from "./frame.ts";
import { makeDirectory } from "./make-directory.ts";
import { ownIdentity } from "./process-identity.ts";
import { SegmentFile } from "./segment-file.ts";
import { segmentName } from "./segment-name.ts";
import { UnshippedBytes } from "./unshipped-bytes.ts";

export interface JournalOptions {
  directory: string;
  /** UUID of the gate instance; names the files. */
  instanceId: string;
  shipsItself: boolean;
  /** A segment is closed and may be removed once it is this long. @defaultValue 8 MiB */
  segmentBytes?: number;
  /** What may be on disk and not shipped yet. @defaultValue 1 GiB */
  maxBytes?: number;
  /** How long a written frame may wait for the disk, in milliseconds. @defaultValue 200 */
  fsyncIntervalMs?: number;
  /** What is kept in memory while the disk takes nothing. @defaultValue 16 MiB */
  maxWaitingBytes?: number;
  onProblem(problem: JournalProblem): void;
}

export interface JournalProblem {
  code: "journal_unwritable" | "journal_full" | "journal_recovered" | "record_dropped";
  message: string;
  cause?: unknown;
}

/**
 * How an entry fared: with the kernel, so that it survives the process · in memory, because the disk takes nothing or
 * the journal is full · lost, because memory is full too.
 */
export type AppendResult = "written" | "waiting" | "dropped";

export interface JournalStats {
  /** In memory, because the disk takes nothing. */
  waitingBytes: number;
  /** Entries lost since the start: rows, and notes of calls that began. */
  dropped: number;
  /** On disk, and not stored yet. */
  unshippedBytes: number;
}

/** After a pause this long a write first looks whether its file is still there. */
const IDLE_MS = 1_000;
/** How often what waits in memory is tried again. */
const RETRY_MS = 500;
/** A call that stays open keeps at most this many segments from being removed, and at most half of the journal. */
const MAX_HELD_SEGMENTS = 8;

class JournalFull extends Error {}

/**
 * Append-only file of one process. A frame is with the kernel when `append` says "written", so it survives `kill -9`;
 * it is on disk within `fsyncIntervalMs`. A failing disk never throws into the caller: frames wait in memory, and what
 * does not fit there any more is counted, reported, and told to the ledger as soon as the disk takes anything again.
 */
export class Journal {
  readonly #options: Required<JournalOptions>;
  readonly #unshipped: UnshippedBytes;
  readonly #heldSegments: number;
  /** Calls without an answer yet, and the segment that says so last. */
  readonly #open = new Map<string, { entry: BegunEntry; segment: number }>();
  #file: SegmentFile | undefined;
  #segment = 0;
  #lastWriteAt = 0;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #dropped = 0;
  #untoldDrops = 0;
  #trouble: "journal_unwritable" | "journal_full" | undefined;
  #retryTimer: NodeJS.Timeout | undefined;

  constructor(options: JournalOptions) {
    this.#options = {
      segmentBytes: 8 * 1024 * 1024,
      maxBytes: 1024 * 1024 * 1024,
      fsyncIntervalMs: 200,
      maxWaitingBytes: 16 * 1024 * 1024,
      ...options,
    };
    this.#unshipped = new UnshippedBytes(options.directory, options.instanceId);
    const { maxBytes, segmentBytes } = this.#options;
    this.#heldSegments = Math.max(1, Math.min(MAX_HELD_SEGMENTS, Math.floor(maxBytes / segmentBytes / 2)));
  }

  append(entry: JournalEntry): AppendResult {
    try {
      this.#writeWaiting();
      this.#write(this.#readyFile(), encodeFrame(entry));
      this.#recovered();
    } catch (cause) {
      return this.#keep(entry, cause);
    }
    this.#remember(entry);
    return "written";
  }

  /** Cheap enough to be asked every second. */
  stats(): JournalStats {
    this.#unshipped.look();
    return { waitingBytes: this.#waitingBytes, dropped: this.#dropped, unshippedBytes: this.#unshipped.bytes };
  }

  /** Closes the file; the next append opens a new segment. */
  close(): void {
    try {
      this.#writeWaiting();
    } catch (cause) {
      this.#drop(this.#waiting.length, cause);
      this.#waiting = [];
      this.#waitingBytes = 0;
    }
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    this.#closeFile();
  }

  #write(file: SegmentFile, frame: Buffer): void {
    this.#requireRoom(frame.length);
    try {
      file.write(frame);
      this.#unshipped.wrote(this.#segment, frame.length);
    } finally {
      if (!file.isUsable) this.#closeFile();
    }
  }

  #requireRoom(bytes: number): void {
    if (this.#unshipped.bytes + bytes <= this.#options.maxBytes) return;
    this.#unshipped.look();
    if (this.#unshipped.bytes + bytes > this.#options.maxBytes) throw new JournalFull();
  }

  /** The file to append to, which says first what was lost before. */
  #readyFile(): SegmentFile {
    const now = Date.now();
    const isIdle = now - this.#lastWriteAt > IDLE_MS;
    this.#lastWriteAt = now;
    // A shipper that cannot see this process takes it for dead after a long silence, and removes what it has shipped.
    const isUsable = this.#file !== undefined && !(isIdle && this.#file.isDeleted());
    let file = isUsable ? this.#file : undefined;
    if (file === undefined || file.length >= this.#options.segmentBytes) file = this.#openFile();
    if (this.#untoldDrops > 0) {
      this.#write(file, encodeFrame({ kind: "dropped", count: this.#untoldDrops, at: now }));
      this.#untoldDrops = 0;
    }
    return file;
  }

  #openFile(): SegmentFile {
    this.#requireRoom(1);
    this.#closeFile();
    const { directory, instanceId, shipsItself, fsyncIntervalMs } = this.#options;
    makeDirectory(directory);
    const segment = this.#segment + 1;
    const file: SegmentFile = new SegmentFile(join(directory, segmentName(instanceId, segment)), {
      fsyncIntervalMs,
      onFlushFailed: (cause) => this.#flushFailed(file, cause),
      onDeleted: (frames) => this.#deleted(file, frames),
    });
    this.#segment = segment;
    try {
      this.#write(
        file,
        encodeFrame({ kind: "header", version: 1, instanceId, segment, ...ownIdentity(), shipsItself }),
      );
      this.#carryOver(file);
    } catch (error) {
      file.remove();
      throw error;
    }
    this.#file = file;
    return file;
  }

  /** Notes once more which calls are open, so that the segments that noted it first can go. */
  #carryOver(file: SegmentFile): void {
    for (const [id, { entry, segment }] of this.#open) {
      if (segment > this.#segment - this.#heldSegments) continue;
      this.#write(file, encodeFrame(entry));
      this.#open.set(id, { entry, segment: this.#segment });
    }
  }

  #remember(entry: JournalEntry): void {
    if (entry.kind === "begun") this.#open.set(entry.call.id, { entry, segment: this.#segment });
    else if (entry.kind === "call") this.#open.delete(entry.call.id);
  }

  #closeFile(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  /** What the kernel could not bring to the disk it may have forgotten: later frames go to a new file. */
  #flushFailed(file: SegmentFile, cause: unknown): void {
    this.#report("journal_unwritable", "the journal could not be flushed to disk", cause);
    if (this.#file === file) this.#closeFile();
  }

  #deleted(file: SegmentFile, frames: number): void {
    if (this.#file === file) this.#closeFile();
    this.#drop(frames, new Error(`a journal file in ${this.#options.directory} was deleted while it was written`));
  }

  #keep(entry: JournalEntry, cause: unknown): AppendResult {
    let frame: Buffer;
    try {
      frame = Buffer.from(encodeFrame(entry));
    } catch (error) {
      this.#drop(1, error);
      return "dropped";
    }
    this.#troubled(cause);
    if (this.#waitingBytes + frame.length > this.#options.maxWaitingBytes) {
      this.#drop(1, cause);
      return "dropped";
    }
    this.#waiting.push(frame);
    this.#waitingBytes += frame.length;
    this.#remember(entry);
    this.#retryLater();
    return "waiting";
  }

  /** What waits is written even where no further call comes. */
  #retryLater(): void {
    this.#retryTimer ??= setTimeout(() => {
      this.#retryTimer = undefined;
      try {
        this.#writeWaiting();
      } catch {
        this.#retryLater();
      }
    }, RETRY_MS).unref();
  }

  #writeWaiting(): void {
    if (this.#waiting.length === 0) return;
    let written = 0;
    try {
      for (const frame of this.#waiting) {
        this.#write(this.#readyFile(), frame);
        this.#waitingBytes -= frame.length;
        written++;
      }
    } finally {
      this.#waiting = this.#waiting.slice(written);
    }
    this.#recovered();
  }

  #troubled(cause: unknown): void {
    const code = cause instanceof JournalFull ? "journal_full" : "journal_unwritable";
    if (this.#trouble === code) return;
    this.#trouble = code;
    const { directory, maxBytes } = this.#options;
    const message =
      code === "journal_full"
        ? `the journal in ${directory} is full: ${maxBytes} bytes wait to be stored, and further records wait in memory`
        : `the journal in ${directory} takes no more records; they wait in memory`;
    this.#report(code, message, cause);
  }

  #recovered(): void {
    if (this.#trouble === undefined) return;
    this.#trouble = undefined;
    this.#report("journal_recovered", "the journal takes records again; what waited in memory is written");
  }

  #drop(count: number, cause: unknown): void {
    this.#dropped += count;
    this.#untoldDrops += count;
    this.#report("record_dropped", `${count} record(s) lost: the journal takes none and memory is full`, cause);
  }

  #report(code: JournalProblem["code"], message: string, cause?: unknown): void {
    try {
      this.#options.onProblem({ code, message, cause });
    } catch {
      // A listener that throws must not reach the call that is being recorded.
    }
  }
}
