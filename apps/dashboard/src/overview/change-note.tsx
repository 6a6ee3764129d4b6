import type { ReactNode } from "react";
import { formatCount } from "../format.ts";

/** How a count differs from the same time a week before. */
export function ChangeNote({ now, before }: { now: number; before: number }): ReactNode {
  if (before === 0) return now === 0 ? "as last week" : "none last week";
  if (now === before) return "as last week";
  const percent = Math.round(((now - before) / before) * 100);
  const sign = percent > 0 ? "+" : percent < 0 ? "−" : "±";
  const change =
    percent >= 1000 ? `${Math.round(now / before)}× last week` : `${sign}${Math.abs(percent)} % on last week`;
  return <span title={`${formatCount(before)} in the same time a week before`}>{change}</span>;
}
