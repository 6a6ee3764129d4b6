import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { isUuid, type LedgerSink } from "@tachograph/record";
import { BatchSize } from "./batch-size.ts";
import { Claims } from "./claims.ts";
import { FollowedJournal, type Parcel } from "./followed-journal.ts";
import { JournalStream } from "./journal-stream.ts";
import { setAside } from "./rejected-rows.ts";

export interface ShipperOptions {
  /** Folder that gates write their journals to. */
  directory: string;
  sink: LedgerSink;
  /** Instance whose journal this process writes and ships itself. Others' are adopted once they are dead. */
  ownInstanceId?: string;
  /** Rows in one batch at the most; how many they are depends on how quickly they are stored. @defaultValue 2,000 */
  batchSize?: number;
  /** Bytes of journal in one batch, about. @defaultValue 8 MiB */
  batchBytes?: number;
  /** Batches under way at once at the most: while some are stored, another is read. @defaultValue 3 */
  connections?: number;
  /** How often the folder is looked at while nothing waits, in milliseconds. @defaultValue 200 */
  pollMs?: number;
  /** Called after each batch that was stored. */
  onReport?: (stats: ShipperStats) => void;
  /** Called when storing fails; the batch is kept and sent again. */
  onError?: (error: unknown) => void;
}

export interface ShipperStats {
  /** Rows stored since the start, without those that were known already. */
  shipped: number;
  /** Rows the store will never take; kept in `rejected.jsonl` in the journal folder. */
  rejected: number;
  /** Entries that journals said they lost, because neither disk nor memory took them. */
  dropped: number;
  /** Bytes of journals cut off as torn or damaged. */
  damagedBytes: number;
  /** Bytes written and not stored yet; where it ships for others, with those of live gates that ship for themselves. */
  backlogBytes: number;
  /** When the oldest row was written that is not stored yet (milliseconds since the epoch); null where none waits. */
  oldestWaitingAt: number | null;
  /** Journals being followed. */
  journals: number;
  /** Rows that a batch may have now. */
  batchSize: number;
  /** Batches under way now. */
  connections: number;
  lastError: string | null;
}

export interface Shipper {
  /** Stores all that is in the folder now. Rejects where the sink does. */
  flush(): Promise<void>;
  /** Ends the loop and gives the journals up to another shipper. */
  stop(): Promise<void>;
  stats(): ShipperStats;
}

const segmentPattern = /^([0-9a-f-]{36})\.(\d{8})\.journal$/;
const TOUCH_EVERY_MS = 10_000;
const MAX_BACKOFF_MS = 10_000;

/**
 * Follows every journal in a folder and stores its rows; adopts the journals of dead processes. A row is acknowledged
 * after the sink stored it, so a shipper that is killed sends some rows twice and loses none.
 */
export function startShipper(options: ShipperOptions): Shipper {
  const { directory, sink, ownInstanceId, pollMs = 200, connections = 3, batchBytes = 8 * 1024 * 1024 } = options;
  const claims = new Claims(directory);
  const journals = new Map<string, FollowedJournal>();
  /** Journals of live processes that ship them themselves, as last seen: whoever asks this shipper asks for the folder. */
  let watched: JournalStream[] = [];
  const batchSize = new BatchSize(options.batchSize ?? 2_000);
  const stats = { shipped: 0, rejected: 0, dropped: 0, damagedBytes: 0, lastError: null as string | null };
  const stopping = new AbortController();
  let round: Promise<unknown> = Promise.resolve();
  let reading: Promise<unknown> = Promise.resolve();
  let nextTouchAt = 0;
  let underWay = 0;

  function discover(): void {
    watched = [];
    for (const [instanceId, segments] of listSegments(directory)) {
      let journal = journals.get(instanceId);
      if (journal === undefined) {
        const stream = new JournalStream(directory, instanceId);
        stream.setSegments(segments);
        const shipsItself = stream.header?.shipsItself === true;
        if (instanceId !== ownInstanceId && (shipsItself || ownInstanceId !== undefined) && stream.isAlive()) {
          if (shipsItself && ownInstanceId === undefined) watched.push(stream);
          continue;
        }
        if (!claims.take(instanceId)) continue;
        journal = new FollowedJournal(stream);
        journals.set(instanceId, journal);
      }
      journal.stream.setSegments(segments);
    }
  }

  /** What to send next: what failed before, else what the journals hold, each of them in its turn. */
  async function takeNext(): Promise<[FollowedJournal, Parcel] | undefined> {
    for (const journal of journals.values()) {
      const parcel = journal.nextWaiting(batchSize.rows);
      if (parcel !== undefined) return taken(journal, parcel);
    }
    for (const [instanceId, journal] of journals) {
      if (journal.isDrained) continue;
      const parcel = await journal.read({ maxCalls: batchSize.rows, maxBytes: batchBytes });
      if (parcel === undefined) {
        acknowledge(journal);
        continue;
      }
      journals.delete(instanceId);
      journals.set(instanceId, journal);
      return taken(journal, parcel);
    }
    return undefined;
  }

  function taken(journal: FollowedJournal, parcel: Parcel): [FollowedJournal, Parcel] {
    parcel.state = "sending";
    return [journal, parcel];
  }

  async function send(journal: FollowedJournal, parcel: Parcel): Promise<void> {
    const { calls, definitions } = parcel;
    const startedAt = performance.now();
    underWay++;
    try {
      const report = await sink.record({ calls, definitions });
      if (report.rejected.length > 0) setAside(directory, calls, report.rejected);
      stats.shipped += report.inserted;
      stats.rejected += report.rejected.length;
      parcel.state = "stored";
      batchSize.stored(calls.length, performance.now() - startedAt);
      stats.lastError = null;
    } catch (error) {
      parcel.state = "waiting";
      batchSize.failed();
      throw error;
    } finally {
      underWay--;
    }
    acknowledge(journal);
    options.onReport?.(currentStats());
  }

  function acknowledge(journal: FollowedJournal): void {
    stats.dropped += journal.acknowledge();
    if (!journal.isOver) return;
    const { instanceId, damagedBytes } = journal.stream;
    stats.damagedBytes += damagedBytes;
    journals.delete(instanceId);
    claims.giveUp(instanceId);
  }

  /** Sends all that the journals held when it began, on several connections at once. Whether there was much of it. */
  async function pass(): Promise<boolean> {
    touch();
    discover();
    for (const journal of journals.values()) journal.isDrained = false;
    const failures: unknown[] = [];
    let sent = 0;
    async function sendAll(): Promise<void> {
      while (failures.length === 0 && !stopping.signal.aborted) {
        const turn = reading.then(takeNext);
        reading = turn.catch(() => undefined);
        try {
          const next = await turn;
          if (next === undefined) return;
          await send(...next);
          sent++;
        } catch (error) {
          failures.push(error);
        }
      }
    }
    await Promise.all(Array.from({ length: connections }, sendAll));
    if (failures.length > 0) throw failures[0];
    return sent > journals.size;
  }

  function touch(): void {
    if (performance.now() < nextTouchAt) return;
    nextTouchAt = performance.now() + TOUCH_EVERY_MS;
    for (const instanceId of journals.keys()) if (!claims.touch(instanceId)) journals.delete(instanceId);
  }

  function runPass(): Promise<boolean> {
    const run = round.then(pass);
    round = run.catch(() => undefined);
    return run;
  }

  async function loop(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      try {
        const isBusy = await runPass();
        failures = 0;
        if (isBusy) continue;
      } catch (error) {
        failures++;
        stats.lastError = error instanceof Error ? error.message : String(error);
        options.onError?.(error);
      }
      const backoff = Math.min(MAX_BACKOFF_MS, pollMs * 2 ** Math.min(failures, 10)) * (0.75 + Math.random() / 2);
      await sleep(failures === 0 ? pollMs : backoff, undefined, {
        signal: stopping.signal,
        ref: ownInstanceId === undefined,
      }).catch(() => undefined);
    }
  }

  function currentStats(): ShipperStats {
    const followed = [...journals.values()];
    const waiting = [
      ...followed.map(({ oldestWaitingAt }) => oldestWaitingAt),
      ...watched.map((stream) => stream.oldestUnstoredAt()),
    ].filter((at) => at !== null);
    return {
      ...stats,
      damagedBytes: stats.damagedBytes + followed.reduce((sum, { stream }) => sum + stream.damagedBytes, 0),
      backlogBytes: [...followed.map(({ stream }) => stream), ...watched].reduce(
        (sum, stream) => sum + stream.backlogBytes(),
        0,
      ),
      oldestWaitingAt: waiting.length > 0 ? Math.min(...waiting) : null,
      journals: followed.length,
      batchSize: batchSize.rows,
      connections: underWay,
    };
  }

  const looping = loop();
  return {
    async flush() {
      await runPass();
    },
    stats: currentStats,
    async stop() {
      stopping.abort();
      await looping;
      await round;
      for (const instanceId of journals.keys()) claims.giveUp(instanceId);
      journals.clear();
    },
  };
}

/** The segments of each instance in a folder. */
function listSegments(directory: string): Map<string, number[]> {
  const segments = new Map<string, number[]>();
  for (const name of namesIn(directory)) {
    const [, instanceId, segment] = segmentPattern.exec(name) ?? [];
    if (instanceId === undefined || !isUuid(instanceId)) continue;
    const known = segments.get(instanceId);
    if (known === undefined) segments.set(instanceId, [Number(segment)]);
    else known.push(Number(segment));
  }
  return segments;
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
