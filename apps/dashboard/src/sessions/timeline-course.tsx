import { clsx } from "clsx";
import type { ReactNode } from "react";
import { familyStyles, type OutcomeFamily } from "../outcome-style.ts";

/** A call on the scale of time, from 0 to 1. */
export interface Stretch {
  key: number;
  startAt: number;
  endAt: number;
  family: OutcomeFamily;
}

const percent = (share: number): string => `${(share * 100).toFixed(3)}%`;

/** When calls began and how long they took, with words where there is room beside the last of them. */
export function Course({
  stretches,
  breaks,
  children,
}: {
  stretches: readonly Stretch[];
  /** Idle stretches that are drawn shorter than they were. */
  breaks: readonly { at: number }[];
  children: ReactNode;
}): ReactNode {
  const startAt = Math.min(...stretches.map((stretch) => stretch.startAt));
  const endAt = Math.max(...stretches.map((stretch) => stretch.endAt));
  return (
    <>
      {breaks.map((pause) => (
        <span
          key={pause.at}
          aria-hidden
          className="absolute inset-y-0 border-l border-dashed border-line-strong/70"
          style={{ left: percent(pause.at) }}
        />
      ))}
      {stretches.map((stretch) => (
        <span
          key={stretch.key}
          aria-hidden
          className={clsx(
            "absolute top-1/2 h-2.5 min-w-1 -translate-y-1/2 rounded-xs",
            familyStyles[stretch.family].hatched && "hatched",
          )}
          style={{
            left: percent(stretch.startAt),
            width: percent(stretch.endAt - stretch.startAt),
            backgroundColor: familyStyles[stretch.family].color,
          }}
        />
      ))}
      <span
        className="absolute top-1/2 flex -translate-y-1/2 items-center gap-1.5 text-xs whitespace-nowrap"
        style={
          endAt > 0.6 ? { right: `calc(${percent(1 - startAt)} + 5px)` } : { left: `calc(${percent(endAt)} + 7px)` }
        }
      >
        {children}
      </span>
    </>
  );
}
