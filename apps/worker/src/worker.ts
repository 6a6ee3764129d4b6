import { startShipper } from "@tachograph/gate/journal";
import { ensurePartitions, openLedger, recordHeartbeat } from "@tachograph/ledger";
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
const LOG_EVERY_MS = 10_000;
const LAST_FLUSH_WITHIN_MS = 5_000;

/** Starts the jobs that keep a ledger fed and in shape. Each of them outlives an absence of the database. */
export function startWorker({ databaseUrl, journalDirectory, log }: WorkerOptions): Worker {
  const ledger = openLedger({ url: databaseUrl, applicationName: "tachograph worker" });
  const instanceId = newId();
  const startedAt = new Date();
  let failing = false;
  let nextLogAt = 0;

  const shipper = startShipper({
    directory: journalDirectory,
    sink: ledger,
    onReport({ shipped, rejected, backlogBytes }) {
      if (!failing && performance.now() < nextLogAt) return;
      log("info", failing ? "calls are stored again" : "stored calls", { shipped, rejected, backlogBytes });
      failing = false;
      nextLogAt = performance.now() + LOG_EVERY_MS;
    },
    onError(error) {
      if (!failing) log("error", "calls cannot be stored; they wait in the journal", { error });
      failing = true;
    },
  });

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
      run: () => recordHeartbeat(ledger, { kind: "worker", instanceId, startedAt, detail: shipper.stats() }),
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
      await shipper.stop();
      await ledger.close();
      log("info", "worker stopped", { shipped: shipper.stats().shipped });
    },
  };
}

function timeout(ms: number): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`not finished within ${ms} ms`)), ms).unref();
  });
}
