/** A stretch of time in milliseconds. */
export interface Span {
  startMs: number;
  endMs: number;
}

export interface TimeScale {
  /** Where an instant stands, from 0 to 1. */
  at: (instantMs: number) => number;
  /** Idle stretches that were drawn shorter than they were. */
  breaks: { at: number; idleMs: number }[];
}

/** An idle stretch is drawn as wide as this share of the busy time, all of them together as this one at most. */
const BREAK_SHARE = 0.03;
const ALL_BREAKS_SHARE = 0.3;
/** Shorter idle stretches are drawn as long as they were. */
const MIN_IDLE_MS = 5000;

/**
 * A scale for a timeline. Agents wait minutes between bursts of calls that take milliseconds; with `squeezeIdle` a long
 * idle stretch takes a fixed width, so that the bursts can be read. Order is always kept.
 */
export function createTimeScale(spans: readonly Span[], { squeezeIdle }: { squeezeIdle: boolean }): TimeScale {
  const busy = mergeSpans(spans);
  const first = busy[0];
  const last = busy.at(-1);
  if (!first || !last) return { at: () => 0, breaks: [] };

  const gaps = busy.slice(1).map((span, index) => span.startMs - (busy[index]?.endMs ?? span.startMs));
  const isLong = (gapMs: number): boolean => squeezeIdle && gapMs > MIN_IDLE_MS;
  const shownMs =
    busy.reduce((sum, span) => sum + span.endMs - span.startMs, 0) +
    gaps.reduce((sum, gapMs) => sum + (isLong(gapMs) ? 0 : gapMs), 0);
  const breakCount = gaps.filter(isLong).length;
  const breakMs = Math.max(shownMs, 1) * Math.min(BREAK_SHARE, ALL_BREAKS_SHARE / Math.max(breakCount, 1));

  // Knots of a line that maps real time to drawn time.
  const knots: { realMs: number; drawnMs: number }[] = [{ realMs: first.startMs, drawnMs: 0 }];
  const breaks: { drawnMs: number; idleMs: number }[] = [];
  let drawnMs = 0;
  for (const [index, span] of busy.entries()) {
    drawnMs += span.endMs - span.startMs;
    knots.push({ realMs: span.endMs, drawnMs });
    const gapMs = gaps[index];
    if (gapMs === undefined) continue;
    if (isLong(gapMs)) breaks.push({ drawnMs: drawnMs + breakMs / 2, idleMs: gapMs });
    drawnMs += isLong(gapMs) ? breakMs : gapMs;
    knots.push({ realMs: span.endMs + gapMs, drawnMs });
  }
  const totalMs = Math.max(drawnMs, 1);
  return {
    at: (instantMs) => Math.min(Math.max(interpolate(knots, instantMs) / totalMs, 0), 1),
    breaks: breaks.map((pause) => ({ at: pause.drawnMs / totalMs, idleMs: pause.idleMs })),
  };
}

function mergeSpans(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const { startMs, endMs } of spans.toSorted((a, b) => a.startMs - b.startMs)) {
    const last = merged.at(-1);
    if (last && startMs <= last.endMs) last.endMs = Math.max(last.endMs, endMs);
    else merged.push({ startMs, endMs: Math.max(startMs, endMs) });
  }
  return merged;
}

function interpolate(knots: readonly { realMs: number; drawnMs: number }[], realMs: number): number {
  let low = 0;
  let high = knots.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((knots[middle]?.realMs ?? 0) <= realMs) low = middle;
    else high = middle;
  }
  const before = knots[low];
  const after = knots[high];
  if (!before || !after || after.realMs === before.realMs) return before?.drawnMs ?? 0;
  const share = (realMs - before.realMs) / (after.realMs - before.realMs);
  return before.drawnMs + share * (after.drawnMs - before.drawnMs);
}
