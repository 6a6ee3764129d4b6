import type { RecordedCall, ToolDefinition } from "@tachograph/record";
import type { JournalStream } from "./journal-stream.ts";
import type { Position } from "./segment-name.ts";

/** Rows on their way to the store. */
export interface Parcel {
  calls: RecordedCall[];
  definitions: ToolDefinition[];
  dropped: number;
  oldestAt: number | null;
  state: "waiting" | "sending" | "stored";
  /** The place behind its last row; undefined for a part of what was read at once, unless it is the last part. */
  end: Position | undefined;
}

/** One journal and what was read of it and is not acknowledged yet, in the order of reading. */
export class FollowedJournal {
  readonly stream: JournalStream;
  /** Whether it gave all that it had, this time round. */
  isDrained = false;
  #parcels: Parcel[] = [];

  constructor(stream: JournalStream) {
    this.stream = stream;
  }

  /** Whether nothing more will come of it and everything of it is stored. */
  get isOver(): boolean {
    return this.stream.finished && this.#parcels.length === 0;
  }

  /** When the oldest row was written that is not stored yet (milliseconds since the epoch). */
  get oldestWaitingAt(): number | null {
    return (
      this.#parcels.find(({ oldestAt, state }) => state !== "stored" && oldestAt !== null)?.oldestAt ??
      this.stream.oldestUnreadAt()
    );
  }

  /** What was tried before and failed, in parcels of at most so many rows. */
  nextWaiting(maxCalls: number): Parcel | undefined {
    const at = this.#parcels.findIndex(({ state }) => state === "waiting");
    const parcel = this.#parcels[at];
    if (parcel !== undefined && parcel.calls.length > maxCalls) this.#parcels.splice(at, 1, ...split(parcel, maxCalls));
    return this.#parcels[at];
  }

  /** What comes next in the journal; undefined where that is nothing to send. */
  async read(limits: { maxCalls: number; maxBytes: number }): Promise<Parcel | undefined> {
    const { isAll, ...batch } = await this.stream.read(limits);
    this.isDrained = isAll;
    const isEmpty = batch.calls.length === 0 && batch.definitions.length === 0;
    if (isEmpty && batch.dropped === 0 && !this.stream.finished) return undefined;
    const parcel: Parcel = { ...batch, state: isEmpty ? "stored" : "waiting" };
    this.#parcels.push(parcel);
    return isEmpty ? undefined : parcel;
  }

  /** Acknowledges what is stored, up to the first parcel that is not. @returns entries that the journal lost. */
  acknowledge(): number {
    let dropped = 0;
    while (this.#parcels[0]?.state === "stored") {
      const parcel = this.#parcels.shift() as Parcel;
      if (parcel.end === undefined) continue;
      this.stream.acknowledge({ end: parcel.end });
      dropped += parcel.dropped;
    }
    return dropped;
  }
}

function split(parcel: Parcel, maxCalls: number): Parcel[] {
  const parts: Parcel[] = [];
  for (let from = 0; from < parcel.calls.length; from += maxCalls) {
    const isLast = from + maxCalls >= parcel.calls.length;
    parts.push({
      ...parcel,
      calls: parcel.calls.slice(from, from + maxCalls),
      definitions: from === 0 ? parcel.definitions : [],
      dropped: isLast ? parcel.dropped : 0,
      end: isLast ? parcel.end : undefined,
    });
  }
  return parts;
}
