/** When calls began and how long they took: columns of an outline. */
export interface TimedCalls {
  startedAtMs: readonly number[];
  durationUs: readonly number[];
}

export interface TimeScale {
  /** Where an instant stands, from 0 to 1. */
  at: (instantMs: number) => number;
  /** Idle stretches that were drawn shorter than they were. */
  breaks: { at: number; idleMs: number }[];
}

/** An idle stretch is drawn as wide as this share of the busy time, all of them together as `ALL_BREAKS_SHARE` at most. */
const BREAK_SHARE = 0.03;
const ALL_BREAKS_SHARE = 0.3;
/** Shorter idle stretches are drawn as long as they were. */
const MIN_IDLE_MS = 5000;

/**
 * A scale for a timeline. Agents wait minutes between bursts of calls that take milliseconds; with `squeezeIdle` a long
 * idle stretch takes a fixed width, so that the bursts can be read. Order is always kept.
 */
export function createTimeScale(calls: TimedCalls, { squeezeIdle }: { squeezeIdle: boolean }): TimeScale {
  const { starts, ends } = mergeStretches(calls);
  if (starts.length === 0) return { at: () => 0, breaks: [] };

  const gapAfter = (stretch: number): number => (starts[stretch + 1] ?? Infinity) - (ends[stretch] ?? 0);
  const isLong = (gapMs: number): boolean => squeezeIdle && gapMs > MIN_IDLE_MS;
  let shownMs = 0;
  let breakCount = 0;
  for (let stretch = 0; stretch < starts.length; stretch++) {
    shownMs += (ends[stretch] ?? 0) - (starts[stretch] ?? 0);
    if (stretch === starts.length - 1) break;
    if (isLong(gapAfter(stretch))) breakCount++;
    else shownMs += gapAfter(stretch);
  }
  const breakMs = Math.max(shownMs, 1) * Math.min(BREAK_SHARE, ALL_BREAKS_SHARE / Math.max(breakCount, 1));

  // Knots of a line that maps real time to drawn time: two for each stretch.
  const realMs = new Float64Array(starts.length * 2);
  const drawnMs = new Float64Array(starts.length * 2);
  const breaks: { drawnMs: number; idleMs: number }[] = [];
  let drawn = 0;
  for (let stretch = 0; stretch < starts.length; stretch++) {
    realMs[stretch * 2] = starts[stretch] ?? 0;
    drawnMs[stretch * 2] = drawn;
    drawn += (ends[stretch] ?? 0) - (starts[stretch] ?? 0);
    realMs[stretch * 2 + 1] = ends[stretch] ?? 0;
    drawnMs[stretch * 2 + 1] = drawn;
    if (stretch === starts.length - 1) break;
    const gapMs = gapAfter(stretch);
    if (isLong(gapMs)) breaks.push({ drawnMs: drawn + breakMs / 2, idleMs: gapMs });
    drawn += isLong(gapMs) ? breakMs : gapMs;
  }
  const totalMs = Math.max(drawn, 1);
  return {
    at: (instantMs) => Math.min(Math.max(interpolate(realMs, drawnMs, instantMs) / totalMs, 0), 1),
    breaks: breaks.map((pause) => ({ at: pause.drawnMs / totalMs, idleMs: pause.idleMs })),
  };
}

/** The stretches in which at least one call was running, in their order. */
function mergeStretches({ startedAtMs, durationUs }: TimedCalls): { starts: number[]; ends: number[] } {
  const starts: number[] = [];
  const ends: number[] = [];
  for (const index of inOrder(startedAtMs)) {
    const start = startedAtMs[index] ?? 0;
    const end = start + (durationUs[index] ?? 0) / 1000;
    const last = ends.length - 1;
    if (last >= 0 && start <= (ends[last] ?? 0)) ends[last] = Math.max(ends[last] ?? 0, end);
    else {
      starts.push(start);
      ends.push(end);
    }
  }
  return { starts, ends };
}

/** Indexes by instant. Calls mostly come in that order. */
function inOrder(instants: readonly number[]): number[] {
  const indexes = instants.map((_, index) => index);
  const isSorted = instants.every((instant, index) => index === 0 || instant >= (instants[index - 1] ?? 0));
  return isSorted ? indexes : indexes.toSorted((one, other) => (instants[one] ?? 0) - (instants[other] ?? 0));
}

function interpolate(realMs: Float64Array, drawnMs: Float64Array, instantMs: number): number {
  let low = 0;
  let high = realMs.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((realMs[middle] ?? 0) <= instantMs) low = middle;
    else high = middle;
  }
  const [before = 0, after = 0] = [realMs[low], realMs[high]];
  const [from = 0, to = 0] = [drawnMs[low], drawnMs[high]];
  return after === before ? from : from + ((instantMs - before) / (after - before)) * (to - from);
}
