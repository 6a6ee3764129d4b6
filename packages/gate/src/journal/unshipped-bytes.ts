import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { ackName, parseAcknowledged, segmentName } from "./segment-name.ts";

/** How often the folder is asked what shippers have stored. */
const LOOK_EVERY_MS = 50;

/** How much of what one instance wrote is on disk and not stored yet, as its shipper says in the folder. */
export class UnshippedBytes {
  readonly #directory: string;
  readonly #instanceId: string;
  /** Sizes of the segments that are still there. */
  readonly #segments = new Map<number, number>();
  #total = 0;
  #stored = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(directory: string, instanceId: string) {
    this.#directory = directory;
    this.#instanceId = instanceId;
  }

  wrote(segment: number, length: number): void {
    this.#segments.set(segment, length + (this.#segments.get(segment) ?? 0));
    this.#total += length;
  }

  /** Never too low, and at most a moment too high. */
  get bytes(): number {
    return Math.max(0, this.#total - this.#stored);
  }

  /** Looks into the folder, unless it was looked into just now. */
  look(): void {
    const now = performance.now();
    if (now - this.#lookedAt < LOOK_EVERY_MS) return;
    this.#lookedAt = now;
    for (const [segment, length] of this.#segments) {
      const path = join(this.#directory, segmentName(this.#instanceId, segment));
      if (statSync(path, { throwIfNoEntry: false }) !== undefined) continue;
      this.#segments.delete(segment);
      this.#total -= length;
    }
    const stored = this.#readStored();
    this.#stored = stored !== undefined && this.#segments.has(stored.segment) ? stored.offset : 0;
  }

  #readStored(): ReturnType<typeof parseAcknowledged> {
    try {
      return parseAcknowledged(readFileSync(join(this.#directory, ackName(this.#instanceId)), "utf8"));
    } catch {
      return undefined;
    }
  }
}
