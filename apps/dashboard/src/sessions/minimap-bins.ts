import { outcomes, retryingKinds, retryKinds } from "@tachograph/record";
import { outcomeFamilies, outcomeStyles, type OutcomeFamily } from "../outcome-style.ts";
import { outlineFlags, type Outline } from "./outline.ts";
import type { TimelineLine } from "./timeline-lines.ts";

/** What is marked under a part of the map; the first that applies to a call, gravest first. */
export const minimapMarks = ["repeat", "unknown", "failed", "refused", "retry"] as const;
export type MinimapMark = (typeof minimapMarks)[number];

/** A part of a session: how its calls ended, and the gravest mark in it. */
export interface MinimapBin {
  families: Record<OutcomeFamily, number>;
  lines: number;
  mark: MinimapMark | null;
}

const familyOf: readonly OutcomeFamily[] = outcomes.map((outcome) => outcomeStyles[outcome].family);
const retrying = new Set(retryKinds.flatMap((kind, index) => (retryingKinds.includes(kind) ? [index] : [])));
const repeat = retryKinds.indexOf("repeat");

function markOf(outline: Outline, index: number): MinimapMark | null {
  const kind = outline.retryKinds[index] ?? 0;
  const family = familyOf[outline.outcomes[index] ?? -1];
  if (kind === repeat) return "repeat";
  if (((outline.flags[index] ?? 0) & outlineFlags.effectUnknown) !== 0) return "unknown";
  if (family === "failed") return "failed";
  if (family === "refused") return "refused";
  return retrying.has(kind) ? "retry" : null;
}

const graver = (one: MinimapMark | null, other: MinimapMark | null): MinimapMark | null =>
  other === null || (one !== null && minimapMarks.indexOf(one) <= minimapMarks.indexOf(other)) ? one : other;

/** The lines of a timeline in at most `count` parts of the same size, and how often each mark applies in all. */
export function binLines(
  outline: Outline,
  lines: readonly TimelineLine[],
  count: number,
): { bins: MinimapBin[]; marked: Record<MinimapMark, number> } {
  const size = Math.min(count, lines.length);
  const bins = Array.from({ length: size }, (): MinimapBin => ({ families: noFamilies(), lines: 0, mark: null }));
  const marked = Object.fromEntries(minimapMarks.map((mark) => [mark, 0])) as Record<MinimapMark, number>;
  for (const [position, line] of lines.entries()) {
    if (line.isUnder) continue;
    const bin = bins[Math.floor((position * size) / lines.length)];
    if (bin === undefined) continue;
    bin.lines++;
    bin.families[familyOf[outline.outcomes[line.attempts?.at(-1) ?? line.index] ?? -1] ?? "uncertain"]++;
    for (const index of line.attempts ?? [line.index]) {
      const mark = markOf(outline, index);
      if (mark === null) continue;
      marked[mark]++;
      bin.mark = graver(bin.mark, mark);
    }
  }
  return { bins, marked };
}

const noFamilies = (): Record<OutcomeFamily, number> =>
  Object.fromEntries(outcomeFamilies.map((family) => [family, 0])) as Record<OutcomeFamily, number>;
