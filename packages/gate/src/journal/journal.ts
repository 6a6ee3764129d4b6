import { closeSync, fdatasync, fstatSync, fsync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { encodeFrame, type JournalEntry } from "./frame.ts";
import { makeDirectory } from "./make-directory.ts";
import { ownIdentity } from "./process-identity.ts";

export interface JournalOptions {
  directory: string;
  /** UUID of the gate instance; names the files. */
  instanceId: string;
  shipsItself: boolean;
  /** A segment is closed and may be removed once it is this long. @defaultValue 8 MiB */
  segmentBytes?: number;
  /** How long a written frame may wait for the disk, in milliseconds. @defaultValue 200 */
  fsyncIntervalMs?: number;
  /** What is kept in memory while the disk takes nothing. @defaultValue 16 MiB */
  maxWaitingBytes?: number;
  onProblem(problem: JournalProblem): void;
}

export interface JournalProblem {
  code: "journal_unwritable" | "journal_recovered" | "record_dropped";
  message: string;
  cause?: unknown;
}

/** Name of a segment: files of one instance sort in the order of writing. */
export const segmentName = (instanceId: string, segment: number): string =>
  `${instanceId}.${String(segment).padStart(8, "0")}.journal`;

/** After a pause this long a write first looks whether its file is still there. */
const IDLE_MS = 1_000;
const FILE_MODE = 0o600;
/** How often what waits in memory is tried again. */
const RETRY_MS = 500;

/**
 * Append-only file of one process. A frame is with the kernel when `append` returns, so it survives `kill -9`; it is on
 * disk within `fsyncIntervalMs`. A failing disk never throws into the caller: frames wait in memory, and what does not
 * fit there any more is counted in `dropped` and reported.
 */
export class Journal {
  /** Records lost because neither disk nor memory took them. */
  dropped = 0;
  readonly #options: Required<JournalOptions>;
  #fd: number | undefined;
  #segment = 0;
  #segmentLength = 0;
  #lastWriteAt = 0;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #retryTimer: NodeJS.Timeout | undefined;
  #fsyncTimer: NodeJS.Timeout | undefined;
  #flushing = false;
  #unflushed = false;

  constructor(options: JournalOptions) {
    this.#options = {
      segmentBytes: 8 * 1024 * 1024,
      fsyncIntervalMs: 200,
      maxWaitingBytes: 16 * 1024 * 1024,
      ...options,
    };
  }

  append(entry: JournalEntry): void {
    try {
      if (this.#waiting.length > 0) this.#writeWaiting();
      this.#ensureSegment();
      this.#write(encodeFrame(entry));
    } catch (cause) {
      this.#keep(entry, cause);
    }
  }

  /** Closes the file; the next append opens a new segment. */
  close(): void {
    if (this.#waiting.length > 0) {
      try {
        this.#writeWaiting();
      } catch (cause) {
        this.#drop(this.#waiting.length, cause);
        this.#waiting = [];
        this.#waitingBytes = 0;
      }
    }
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    this.#closeSegment();
  }

  #write(frame: Buffer): void {
    this.#writeWhole(frame);
    this.#unflushed = true;
    if (!this.#flushing) this.#fsyncTimer ??= setTimeout(() => this.#flush(), this.#options.fsyncIntervalMs).unref();
  }

  #writeWhole(frame: Buffer): void {
    let written = 0;
    try {
      while (written < frame.length) written += writeSync(this.#fd as number, frame, written);
      this.#segmentLength += frame.length;
    } catch (error) {
      // A frame cut short would hide all that follows it in the same file.
      if (written > 0) this.#closeSegment();
      throw error;
    }
  }

  #ensureSegment(): void {
    const now = Date.now();
    // A shipper that cannot see this process takes it for dead after a long silence, and removes what it has shipped.
    if (this.#fd !== undefined && now - this.#lastWriteAt > IDLE_MS && fstatSync(this.#fd).nlink === 0)
      this.#closeSegment();
    this.#lastWriteAt = now;
    if (this.#fd === undefined || this.#segmentLength >= this.#options.segmentBytes) this.#openSegment();
  }

  #openSegment(): void {
    this.#closeSegment();
    const { directory, instanceId, shipsItself } = this.#options;
    makeDirectory(directory);
    const segment = this.#segment + 1;
    const path = join(directory, segmentName(instanceId, segment));
    this.#fd = openSync(path, "ax", FILE_MODE);
    this.#segment = segment;
    this.#segmentLength = 0;
    try {
      this.#writeWhole(encodeFrame({ kind: "header", version: 1, instanceId, segment, ...ownIdentity(), shipsItself }));
    } catch (error) {
      this.#closeSegment();
      rmSync(path, { force: true });
      throw error;
    }
  }

  #closeSegment(): void {
    clearTimeout(this.#fsyncTimer);
    this.#fsyncTimer = undefined;
    if (this.#fd === undefined) return;
    const fd = this.#fd;
    this.#fd = undefined;
    fsync(fd, () => closeSync(fd));
  }

  /** One flush at a time, with a pause between: a write waits for a flush of its file. */
  #flush(): void {
    this.#fsyncTimer = undefined;
    if (this.#fd === undefined || this.#wasRemoved()) return;
    this.#flushing = true;
    this.#unflushed = false;
    fdatasync(this.#fd, (error) => {
      this.#flushing = false;
      if (error && error.code !== "EBADF")
        this.#report("journal_unwritable", "the journal could not be flushed to disk", error);
      if (this.#unflushed) this.#fsyncTimer ??= setTimeout(() => this.#flush(), this.#options.fsyncIntervalMs).unref();
    });
  }

  /** A file that somebody deleted still takes records, and nobody will ever read them. */
  #wasRemoved(): boolean {
    if (fstatSync(this.#fd as number).nlink > 0) return false;
    this.#closeSegment();
    this.#drop(1, new Error(`a journal file in ${this.#options.directory} was deleted while it was written`));
    return true;
  }

  #keep(entry: JournalEntry, cause: unknown): void {
    let frame: Buffer;
    try {
      frame = Buffer.from(encodeFrame(entry));
    } catch (error) {
      this.#drop(1, error);
      return;
    }
    if (this.#waiting.length === 0) {
      const { directory } = this.#options;
      this.#report(
        "journal_unwritable",
        `the journal in ${directory} takes no more records; they wait in memory`,
        cause,
      );
    }
    if (this.#waitingBytes + frame.length > this.#options.maxWaitingBytes) {
      this.#drop(1, cause);
      return;
    }
    this.#waiting.push(frame);
    this.#waitingBytes += frame.length;
    this.#retryLater();
  }

  /** What waits is written even where no further call comes. */
  #retryLater(): void {
    this.#retryTimer ??= setTimeout(() => {
      this.#retryTimer = undefined;
      try {
        if (this.#waiting.length > 0) this.#writeWaiting();
      } catch {
        this.#retryLater();
      }
    }, RETRY_MS).unref();
  }

  #drop(count: number, cause: unknown): void {
    this.dropped += count;
    this.#report("record_dropped", `${count} record(s) lost: the journal takes none and memory is full`, cause);
  }

  #writeWaiting(): void {
    while (this.#waiting.length > 0) {
      this.#ensureSegment();
      const frame = this.#waiting[0] as Buffer;
      this.#write(frame);
      this.#waiting.shift();
      this.#waitingBytes -= frame.length;
    }
    this.#report("journal_recovered", "the journal takes records again; what waited in memory is written");
  }

  #report(code: JournalProblem["code"], message: string, cause?: unknown): void {
    try {
      this.#options.onProblem({ code, message, cause });
    } catch {
      // A listener that throws must not reach the call that is being recorded.
    }
  }
}
