import { outcomes, retryingKinds, retryKinds } from "@tachograph/record";
import { outcomeStyles } from "../outcome-style.ts";
import { outlineFlags, type Outline } from "./outline.ts";
import type { TimelineFilter, TimelineParams } from "./timeline-params.ts";

/** A line of the timeline: a call, or several attempts of one thing in its place. */
export interface TimelineLine {
  /** The call, or the first of the attempts. */
  index: number;
  /** The attempts that the line stands for; null for a call. */
  attempts: readonly number[] | null;
  /** Whether the call is listed under the line of its attempts. */
  isUnder: boolean;
}

const uncertain = new Set(
  outcomes.flatMap((outcome, index) => (outcomeStyles[outcome].family === "uncertain" ? [index] : [])),
);
const failed = new Set(
  outcomes.flatMap((outcome, index) => (outcomeStyles[outcome].family === "failed" ? [index] : [])),
);
const refused = new Set(
  outcomes.flatMap((outcome, index) => (outcomeStyles[outcome].family === "refused" ? [index] : [])),
);
const retrying = new Set(
  retryKinds.flatMap((kind, index) => (kind === "repeat" || retryingKinds.includes(kind) ? [index] : [])),
);

const shows: Readonly<Record<TimelineFilter, (outline: Outline, index: number) => boolean>> = {
  retries: ({ retryKinds: kinds }, index) => retrying.has(kinds[index] ?? 0),
  refusals: (outline, index) => refused.has(outline.outcomes[index] ?? -1),
  failures: (outline, index) => failed.has(outline.outcomes[index] ?? -1),
  uncertain: (outline, index) =>
    ((outline.flags[index] ?? 0) & outlineFlags.effectUnknown) !== 0 || uncertain.has(outline.outcomes[index] ?? -1),
  writes: ({ flags }, index) => ((flags[index] ?? 0) & outlineFlags.writes) !== 0,
};

/** Indexes of the calls that the filters leave, in their order. */
export function matchingCalls(
  outline: Outline,
  { show, tool, q }: Pick<TimelineParams, "show" | "tool" | "q">,
): number[] {
  const tools = new Set(outline.toolNames.flatMap((named, index) => (tool.includes(named.tool ?? "") ? [index] : [])));
  const found: number[] = [];
  for (let index = 0; index < outline.ids.length; index++) {
    if (tool.length > 0 && !tools.has(outline.tools[index] ?? -1)) continue;
    if (q !== null && ((outline.flags[index] ?? 0) & outlineFlags.matches) === 0) continue;
    if (show.length > 0 && !show.some((name) => shows[name](outline, index))) continue;
    found.push(index);
  }
  return found;
}

/** The calls as lines, each for itself. */
export const singleLines = (calls: readonly number[]): TimelineLine[] =>
  calls.map((index) => ({ index, attempts: null, isUnder: false }));

/** The calls as lines, the attempts of one thing on a line of theirs where the first of them stands. */
export function groupedLines(outline: Outline, calls: readonly number[], opened: ReadonlySet<number>): TimelineLine[] {
  const groups = Map.groupBy(calls, (index) => outline.groups[index] ?? index);
  return [...groups].flatMap(([group, [first = group, ...others]]) => {
    if (others.length === 0) return singleLines([first]);
    const attempts = [first, ...others];
    const line: TimelineLine = { index: first, attempts, isUnder: false };
    return opened.has(group) ? [line, ...attempts.map((index) => ({ index, attempts: null, isUnder: true }))] : [line];
  });
}

/** Where the line of a call is; undefined where the filters leave it out. */
export function lineOfCall(lines: readonly TimelineLine[], index: number): number | undefined {
  let found: number | undefined;
  for (const [position, { index: own, attempts }] of lines.entries()) {
    if (own === index && attempts === null) return position;
    if (found === undefined && attempts?.includes(index)) found = position;
  }
  return found;
}
