import { appendFileSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isUuid, newId, type LedgerSink, type RecordBatch } from "@tachograph/record";
import { JournalStream } from "./journal-stream.ts";
import { isAlive, ownIdentity, type ProcessIdentity } from "./process-identity.ts";

export interface ShipperOptions {
  /** Folder that gates write their journals to. */
  directory: string;
  sink: LedgerSink;
  /** Instance whose journal this process writes and ships itself. Others' are adopted once they are dead. */
  ownInstanceId?: string;
  /** Rows in one batch. @defaultValue 1,000 */
  batchSize?: number;
  /** How often the folder is looked at, in milliseconds. @defaultValue 200 */
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
  /** Bytes of journals cut off as torn or damaged. */
  damagedBytes: number;
  /** Bytes written and not stored yet. */
  backlogBytes: number;
  /** Journals being followed. */
  journals: number;
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
/** How long a shipper that cannot be seen from here may be silent before its journals are taken over. */
const CLAIM_GRACE_MS = 60_000;
const MAX_BACKOFF_MS = 10_000;

/**
 * Follows every journal in a folder and stores its rows; adopts the journals of dead processes. A row is acknowledged
 * after the sink stored it, so a shipper that is killed sends some rows twice and loses none.
 */
export function startShipper(options: ShipperOptions): Shipper {
  const { directory, sink, ownInstanceId, batchSize = 1_000, pollMs = 200 } = options;
  const shipperId = newId();
  const streams = new Map<string, JournalStream>();
  const pending = new Map<string, RecordBatch>();
  const stats = { shipped: 0, rejected: 0, damagedBytes: 0, lastError: null as string | null };
  const stopping = new AbortController();
  let round: Promise<void> = Promise.resolve();
  let nextTouchAt = 0;

  const claimPath = (instanceId: string): string => join(directory, `${instanceId}.claim`);

  function claim(instanceId: string): boolean {
    const path = claimPath(instanceId);
    const content = JSON.stringify({ shipperId, ...ownIdentity() });
    for (let tries = 0; tries < 2; tries++) {
      try {
        writeFileSync(path, content, { flag: "wx", mode: 0o600 });
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      const holder = readClaim(path);
      if (holder?.shipperId === shipperId) return true;
      if (holder !== null && (isAlive(holder) ?? wasTouched(path))) return false;
      rmSync(path, { force: true });
    }
    return false;
  }

  function discover(): void {
    const segments = new Map<string, number[]>();
    let names: string[];
    try {
      names = readdirSync(directory);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
      throw error;
    }
    for (const name of names) {
      const [, instanceId, segment] = segmentPattern.exec(name) ?? [];
      if (instanceId === undefined || !isUuid(instanceId)) continue;
      segments.set(instanceId, [...(segments.get(instanceId) ?? []), Number(segment)]);
    }
    for (const [instanceId, numbers] of segments) {
      let stream = streams.get(instanceId);
      if (stream === undefined) {
        const candidate = new JournalStream(directory, instanceId);
        candidate.setSegments(numbers);
        const others = candidate.header?.shipsItself === true && instanceId !== ownInstanceId && candidate.isAlive();
        if (others || (ownInstanceId !== undefined && instanceId !== ownInstanceId && candidate.isAlive())) continue;
        if (!claim(instanceId)) continue;
        stream = candidate;
        streams.set(instanceId, stream);
      }
      stream.setSegments(numbers);
    }
  }

  async function ship(stream: JournalStream): Promise<boolean> {
    const batch = pending.get(stream.instanceId) ?? stream.read(batchSize);
    const empty = batch.calls.length === 0 && batch.definitions.length === 0;
    if (!empty) {
      pending.set(stream.instanceId, batch);
      const report = await sink.record(batch);
      stats.shipped += report.inserted;
      stats.rejected += report.rejected.length;
      if (report.rejected.length > 0) setAside(batch, report.rejected);
      pending.delete(stream.instanceId);
      stats.lastError = null;
    }
    if (!empty || stream.finished) stream.acknowledge();
    if (stream.finished) {
      stats.damagedBytes += stream.damagedBytes;
      streams.delete(stream.instanceId);
      rmSync(claimPath(stream.instanceId), { force: true });
    }
    if (!empty) options.onReport?.(currentStats());
    return !empty && !stream.finished;
  }

  function setAside(batch: RecordBatch, rejected: { id: string; reason: string }[]): void {
    const reasons = new Map(rejected.map(({ id, reason }) => [id, reason]));
    const lines = batch.calls
      .filter(({ call }) => reasons.has(call.id))
      .map((recorded) => `${JSON.stringify({ reason: reasons.get(recorded.call.id), ...recorded })}\n`);
    appendFileSync(join(directory, "rejected.jsonl"), lines.join(""), { mode: 0o600 });
  }

  /** One pass over all journals, until none has more to send. */
  async function pass(): Promise<void> {
    if (performance.now() >= nextTouchAt) {
      nextTouchAt = performance.now() + TOUCH_EVERY_MS;
      for (const instanceId of streams.keys()) touch(claimPath(instanceId));
    }
    discover();
    let more = true;
    while (more) {
      more = false;
      for (const stream of streams.values()) more = (await ship(stream)) || more;
    }
  }

  function runPass(): Promise<void> {
    const run = round.then(pass);
    round = run.catch(() => undefined);
    return run;
  }

  async function loop(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      try {
        await runPass();
        failures = 0;
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
    const followed = [...streams.values()];
    return {
      ...stats,
      damagedBytes: stats.damagedBytes + followed.reduce((sum, stream) => sum + stream.damagedBytes, 0),
      backlogBytes: followed.reduce((sum, stream) => sum + stream.backlogBytes(), 0),
      journals: followed.length,
    };
  }

  const looping = loop();
  return {
    flush: runPass,
    stats: currentStats,
    async stop() {
      stopping.abort();
      await looping;
      await round;
      for (const instanceId of streams.keys()) rmSync(claimPath(instanceId), { force: true });
      streams.clear();
    },
  };
}

/** Shows that the claim's holder lives to those who cannot see its process. */
function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

function wasTouched(path: string): boolean {
  const claim = statSync(path, { throwIfNoEntry: false });
  return claim !== undefined && Date.now() - claim.mtimeMs < CLAIM_GRACE_MS;
}

function readClaim(path: string): (ProcessIdentity & { shipperId: string }) | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as ProcessIdentity & { shipperId: string };
  } catch {
    return null;
  }
}
