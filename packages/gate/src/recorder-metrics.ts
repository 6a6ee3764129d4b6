import { diag, type BatchObservableResult, type Meter } from "@opentelemetry/api";
import type { JournalStats } from "./journal/journal.ts";
import type { Instruments } from "./metric-instruments.ts";

/** What is measured of a recorder whenever metrics are collected. */
export interface MeasuredRecorder {
  journal(): JournalStats;
  /** When the oldest row was written that is not stored yet; null where none waits, undefined where nobody here knows. */
  oldestWaitingAt(): number | null | undefined;
  /** Where its operations are kept; recorders may share it. */
  store: object | undefined;
  settlementsWaiting(): number;
}

const recorders = new Set<MeasuredRecorder>();
/** A counter never goes back, also where a recorder is closed. */
let droppedBefore = 0;

/** Measures a recorder until the function that comes back is called. */
export function measureRecorder(recorder: MeasuredRecorder): () => void {
  recorders.add(recorder);
  return () => {
    if (recorders.delete(recorder)) droppedBefore += recorder.journal().dropped;
  };
}

/** Lets a meter ask for all recorders of this process. */
export function observeRecorders(meter: Meter, instruments: Instruments): void {
  const { journalBacklog, journalWaiting, journalDropped, journalOldest, settleWaiting } = instruments;
  meter.addBatchObservableCallback(
    (result) => {
      try {
        observe(result, instruments);
      } catch (error) {
        diag.error("tachograph: the recorders could not be measured", error);
      }
    },
    [journalBacklog, journalWaiting, journalDropped, journalOldest, settleWaiting],
  );
}

function observe(result: BatchObservableResult, instruments: Instruments): void {
  const journals = [...recorders].map((recorder) => recorder.journal());
  const sum = (of: (stats: JournalStats) => number): number => journals.reduce((total, stats) => total + of(stats), 0);
  result.observe(instruments.journalDropped, droppedBefore + sum(({ dropped }) => dropped));
  // Nobody knows any more what a closed journal holds: nothing is not the same as none.
  if (recorders.size === 0) return;
  const backlogBytes = sum(({ unshippedBytes }) => unshippedBytes);
  const waitingBytes = sum(({ waitingBytes: waiting }) => waiting);
  result.observe(instruments.journalBacklog, backlogBytes);
  result.observe(instruments.journalWaiting, waitingBytes);
  const oldest = [...recorders].map((recorder) => recorder.oldestWaitingAt()).filter((at) => at !== undefined);
  const now = Date.now();
  const agesMs = oldest.map((at) => (at === null ? 0 : Math.max(0, now - at)));
  if (agesMs.length > 0) result.observe(instruments.journalOldest, Math.max(...agesMs) / 1000);
  const byStore = new Map([...recorders].map((recorder) => [recorder.store, recorder.settlementsWaiting()]));
  const settlementsWaiting = [...byStore.values()].reduce((total, waiting) => total + waiting, 0);
  result.observe(instruments.settleWaiting, settlementsWaiting);
}
