import type { ReactNode } from "react";
import { formatCount } from "../format.ts";

/** How a count differs from the same time a week before. */
export function ChangeNote({ now, before }: { now: number; before: number }): ReactNode {
  if (before === 0) return now === 0 ? "as a week before" : "none a week before";
  if (now === before) return "as a week before";
  const percent = Math.round(((now - before) / before) * 100);
  const sign = percent > 0 ? "+" : percent < 0 ? "−" : "±";
  const size = Math.abs(percent) >= 1000 ? `${Math.round(now / before)}×` : `${sign}${Math.abs(percent)} %`;
  return <span title={`${formatCount(before)} in the same time a week before`}>{size} on the week before</span>;
}
