import type { ReactNode } from "react";
import { formatCount } from "../format.ts";
import { familyStyles, outcomeFamilies, outcomeStyleOf, type OutcomeFamily } from "../outcome-style.ts";

/** How many calls ended in which family. */
export function familyCounts(outcomes: Readonly<Record<string, number>>): { family: OutcomeFamily; count: number }[] {
  const counts = new Map<OutcomeFamily, number>();
  for (const [outcome, count] of Object.entries(outcomes)) {
    const { family } = outcomeStyleOf(outcome);
    counts.set(family, (counts.get(family) ?? 0) + count);
  }
  return outcomeFamilies.flatMap((family) => {
    const count = counts.get(family) ?? 0;
    return count > 0 ? [{ family, count }] : [];
  });
}

/** Outcomes as a stacked bar; each part is at least wide enough to be seen, and the numbers are in its label. */
export function OutcomeBar({ outcomes }: { outcomes: Readonly<Record<string, number>> }): ReactNode {
  const parts = familyCounts(outcomes);
  const label = parts.map(({ family, count }) => `${familyStyles[family].label} ${formatCount(count)}`).join(", ");
  return (
    <span role="img" aria-label={label} title={label} className="flex h-2.5 w-full gap-px overflow-hidden rounded-xs">
      {parts.map(({ family, count }) => (
        <span
          key={family}
          className={familyStyles[family].hatched ? "hatched min-w-1.5" : "min-w-1.5"}
          style={{ flexGrow: count, backgroundColor: familyStyles[family].color }}
        />
      ))}
    </span>
  );
}
