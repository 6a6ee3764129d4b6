"use client";

import type { ReactNode } from "react";
import { formatAgo } from "../format.ts";
import { useClock } from "./clock.tsx";
import { formatInstant, formatTimeOfDay, formatUtc } from "./format-instant.ts";

/**
 * An instant in the viewer's zone, with UTC on hover. `show`: which of absolute and relative form; `time` and `clock` are
 * times of day with and without milliseconds; `compact` drops the date where there is no room for it.
 */
export function Instant({
  atMs,
  show = "absolute",
  className,
}: {
  atMs: number;
  show?: "absolute" | "relative" | "both" | "time" | "clock" | "compact";
  className?: string;
}): ReactNode {
  const { zone, nowMs } = useClock();
  const ago = formatAgo(atMs, nowMs);
  const absolute = show === "time" ? formatTimeOfDay(atMs, zone) : formatInstant(atMs, zone);
  const title = show === "relative" ? `${absolute} ${zone}\n${formatUtc(atMs)}` : `${formatUtc(atMs)}\n${ago}`;
  const text = {
    relative: ago,
    both: `${absolute} (${ago})`,
    clock: absolute.slice(absolute.lastIndexOf(" ") + 1),
    absolute,
    time: absolute,
    compact: absolute,
  }[show];
  return (
    <time dateTime={new Date(atMs).toISOString()} title={title} className={className} suppressHydrationWarning>
      {show === "compact" ? <CompactInstant text={absolute} /> : text}
    </time>
  );
}

function CompactInstant({ text }: { text: string }): ReactNode {
  const end = text.lastIndexOf(" ") + 1;
  return (
    <>
      <span className="max-md:hidden">{text.slice(0, end)}</span>
      {text.slice(end)}
    </>
  );
}
