import {
  close,
  closeSync,
  fdatasync,
  fstatSync,
  fsync,
  ftruncateSync,
  open,
  openSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";

const FILE_MODE = 0o600;

export interface SegmentFileOptions {
  fsyncIntervalMs: number;
  /** The kernel could not bring to the disk what was written. */
  onFlushFailed: (cause: unknown) => void;
  /** Somebody deleted the file: so many frames at the most were written to it since. */
  onDeleted: (frames: number) => void;
}

const noSpace = new Set(["ENOSPC", "EDQUOT"]);

/**
 * One file that frames are appended to. What `write` returned from is with the kernel; it is on disk within
 * `fsyncIntervalMs`, together with all that was written in the meantime.
 */
export class SegmentFile {
  readonly path: string;
  /** Bytes of whole frames. */
  length = 0;
  readonly #fd: number;
  readonly #fsyncIntervalMs: number;
  readonly #onFlushFailed: (cause: unknown) => void;
  readonly #onDeleted: (frames: number) => void;
  #timer: NodeJS.Timeout | undefined;
  #isFlushing = false;
  #unflushedFrames = 0;
  #isNamed = false;
  #isClosed = false;

  /** Makes the file, which must not exist. */
  constructor(path: string, options: SegmentFileOptions) {
    this.path = path;
    this.#fsyncIntervalMs = options.fsyncIntervalMs;
    this.#onFlushFailed = options.onFlushFailed;
    this.#onDeleted = options.onDeleted;
    this.#fd = openSync(path, "ax", FILE_MODE);
  }

  /** Whether it will take frames again, once there is room. */
  isUsable = true;

  /** Appends a frame, or nothing of it. */
  write(frame: Buffer): void {
    let written = 0;
    try {
      while (written < frame.length) written += writeSync(this.#fd, frame, written);
    } catch (error) {
      this.isUsable = noSpace.has((error as NodeJS.ErrnoException).code ?? "");
      if (written > 0) this.#cutBack();
      throw error;
    }
    this.length += frame.length;
    this.#unflushedFrames++;
    if (!this.#isFlushing) this.#flushSoon();
  }

  /** Whether somebody deleted it: it still takes frames, and nobody will ever read them. */
  isDeleted(): boolean {
    return fstatSync(this.#fd).nlink === 0;
  }

  /** Flushes and closes, in the background. */
  close(): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    this.#isClosed = true;
    fsync(this.#fd, () => closeSync(this.#fd));
  }

  /** Closes and removes it. */
  remove(): void {
    this.close();
    rmSync(this.path, { force: true });
  }

  #cutBack(): void {
    try {
      ftruncateSync(this.#fd, this.length);
    } catch {
      // A frame cut short would hide all that follows it in the same file.
      this.isUsable = false;
    }
  }

  #flushSoon(): void {
    this.#timer ??= setTimeout(() => this.#flush(), this.#fsyncIntervalMs).unref();
  }

  /** One flush at a time, with a pause between: a write waits for a flush of its file. */
  #flush(): void {
    this.#timer = undefined;
    if (this.#isClosed) return;
    if (this.isDeleted()) return this.#onDeleted(this.#unflushedFrames);
    this.#isFlushing = true;
    this.#unflushedFrames = 0;
    fdatasync(this.#fd, (error) => {
      this.#isFlushing = false;
      if (error && error.code !== "EBADF") this.#onFlushFailed(error);
      if (!error && !this.#isNamed) this.#flushName();
      if (this.#unflushedFrames > 0 && !this.#isClosed) this.#flushSoon();
    });
  }

  /** A new file outlives a power loss once its folder is flushed too. */
  #flushName(): void {
    this.#isNamed = true;
    open(dirname(this.path), "r", (error, fd) => {
      // Some file systems flush no folders; there is nothing else to try.
      if (error === null) fsync(fd, () => close(fd));
    });
  }
}
