import { startShipper } from "@tachograph/gate/journal";
import { ensurePartitions, openLedger, recordHeartbeat, sweepOperations } from "@tachograph/ledger";
import { newId } from "@tachograph/record";
import type { Log } from "./log.ts";
import { repeat } from "./repeat.ts";

export interface WorkerOptions {
  databaseUrl: string;
  /** Folder that gates write their journals to. */
  journalDirectory: string;
  log: Log;
}

export interface Worker {
  /** Stores what is in the journals now, then ends. */
  stop(): Promise<void>;
}

const HEARTBEAT_EVERY_MS = 5_000;
const PARTITIONS_EVERY_MS = 60 * 60 * 1000;
const SWEEP_EVERY_MS = 10_000;
const LOG_EVERY_MS = 10_000;
const LAST_FLUSH_WITHIN_MS = 5_000;
const LAST_BATCH_WITHIN_MS = 2_000;

/** Starts the jobs that keep a ledger fed and in shape. Each of them outlives an absence of the database. */
export function startWorker({ databaseUrl, journalDirectory, log }: WorkerOptions): Worker {
  const ledger = openLedger({ url: databaseUrl, applicationName: "tachograph worker" });
  const instanceId = newId();
  const startedAt = new Date();
  let failing = false;
  let nextLogAt = 0;
  let told = { rejected: 0, dropped: 0 };

  const shipper = startShipper({
    directory: journalDirectory,
    sink: ledger,
    onReport({ shipped, rejected, dropped, backlogBytes }) {
      if (rejected > told.rejected) log("error", "rows that Postgres will never take were set aside", { rejected });
      if (dropped > told.dropped) log("error", "gates lost records before they reached the journal", { dropped });
      told = { rejected, dropped };
      if (!failing && performance.now() < nextLogAt) return;
      log("info", failing ? "calls are stored again" : "stored calls", { shipped, rejected, dropped, backlogBytes });
      failing = false;
      nextLogAt = performance.now() + LOG_EVERY_MS;
    },
    onError(error) {
      if (!failing) log("error", "calls cannot be stored; they wait in the journal", { error });
      failing = true;
    },
  });

  async function beat(): Promise<void> {
    const { oldestWaitingAt, ...stats } = shipper.stats();
    const oldestWaitingMs = oldestWaitingAt === null ? null : Math.max(0, Date.now() - oldestWaitingAt);
    const detail = { ...stats, oldestWaitingAt, oldestWaitingMs };
    await recordHeartbeat(ledger, { kind: "worker", instanceId, startedAt, detail });
  }

  async function sweep(): Promise<void> {
    const { lapsed, recorded, rejected } = await sweepOperations(ledger);
    if (lapsed > 0 || recorded > 0) log("warn", "operations whose owner is gone", { lapsed, recorded });
    if (rejected.length > 0) log("error", "deliveries of operations have no row", { rejected });
  }

  const jobs = [
    repeat({
      name: "making partitions ahead",
      everyMs: PARTITIONS_EVERY_MS,
      run: () => ensurePartitions(ledger, { daysBack: 1, daysAhead: 2 }),
      log,
    }),
    repeat({
      name: "the heartbeat",
      everyMs: HEARTBEAT_EVERY_MS,
      run: beat,
      log,
    }),
    repeat({
      name: "sweeping operations",
      everyMs: SWEEP_EVERY_MS,
      run: sweep,
      log,
    }),
  ];
  log("info", "worker started", { instanceId, journalDirectory });

  return {
    async stop() {
      await Promise.all(jobs.map((job) => job.stop()));
      await Promise.race([shipper.flush(), timeout(LAST_FLUSH_WITHIN_MS)]).catch((error: unknown) =>
        log("warn", "the last calls wait in the journal for the next worker", { error }),
      );
      // A store that does not answer must not keep the process: closing the ledger ends what is under way.
      const stopped = shipper.stop();
      await Promise.race([stopped, timeout(LAST_BATCH_WITHIN_MS)]).catch(() => undefined);
      await ledger.close();
      await stopped;
      log("info", "worker stopped", { shipped: shipper.stats().shipped });
    },
  };
}

function timeout(ms: number): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`not finished within ${ms} ms`)), ms).unref();
  });
}
