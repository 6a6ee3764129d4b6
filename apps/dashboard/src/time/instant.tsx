"use client";

import type { ReactNode } from "react";
import { formatAgo } from "../format.ts";
import { useClock } from "./clock.tsx";
import { formatInstant, formatTimeOfDay, formatUtc } from "./format-instant.ts";

/** An instant in the viewer's zone, with UTC on hover. `show`: which of absolute and relative form. */
export function Instant({
  atMs,
  show = "absolute",
  className,
}: {
  atMs: number;
  show?: "absolute" | "relative" | "both" | "time";
  className?: string;
}): ReactNode {
  const { zone, nowMs } = useClock();
  const ago = formatAgo(atMs, nowMs);
  const absolute = show === "time" ? formatTimeOfDay(atMs, zone) : formatInstant(atMs, zone);
  const text = show === "relative" ? ago : show === "both" ? `${absolute} (${ago})` : absolute;
  const title = show === "relative" ? `${absolute} ${zone}\n${formatUtc(atMs)}` : `${formatUtc(atMs)}\n${ago}`;
  return (
    <time dateTime={new Date(atMs).toISOString()} title={title} className={className} suppressHydrationWarning>
      {text}
    </time>
  );
}
