import type { ReactNode } from "react";
import type { Outline } from "./outline.ts";
import { TIMELINE_ROW_PX } from "./timeline-row.tsx";

const LANES = 3;
const LANE_PX = 6;
const RIGHT_PX = 28;
/** What is repeated from farther away is named by its number alone. */
const MAX_ROWS_APART = 200;

/** Lines in the margin from each retry to the call that it repeats. */
export function RetryLinks({
  outline,
  firstShown,
  lastShown,
}: {
  outline: Outline;
  firstShown: number;
  lastShown: number;
}): ReactNode {
  const links = outline.retryOf.slice(firstShown, lastShown + 1).flatMap((from, offset) => {
    const to = firstShown + offset;
    return from === -1 || to - from > MAX_ROWS_APART ? [] : [{ from, to }];
  });
  if (links.length === 0) return null;
  // As tall as what is linked, not as the list: a drawing of a million pixels would be slow.
  const top = Math.min(...links.map((link) => link.from));
  const middle = (index: number): number => (index - top) * TIMELINE_ROW_PX + TIMELINE_ROW_PX / 2;
  return (
    <svg
      aria-hidden
      width={RIGHT_PX + 4}
      height={(lastShown + 1 - top) * TIMELINE_ROW_PX}
      style={{ top: top * TIMELINE_ROW_PX }}
      className="pointer-events-none absolute left-0 z-[1] text-soft max-md:hidden"
    >
      {links.map(({ from, to }) => {
        const x = RIGHT_PX - 8 - (from % LANES) * LANE_PX;
        const begin = middle(from) + 3;
        const end = middle(to) - 3;
        return (
          <g key={to} fill="none" stroke="currentColor" strokeWidth="1.25">
            <path
              d={`M${RIGHT_PX} ${begin}H${x + 4}Q${x} ${begin} ${x} ${begin + 4}V${end - 4}Q${x} ${end} ${x + 4} ${end}H${RIGHT_PX - 2}`}
            />
            <path d={`M${RIGHT_PX - 4} ${end - 3}l4 3l-4 3`} />
          </g>
        );
      })}
    </svg>
  );
}
