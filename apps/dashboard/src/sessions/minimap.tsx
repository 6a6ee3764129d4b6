"use client";

import {
  useEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  type Ref,
} from "react";
import { formatCount } from "../format.ts";
import { drawMinimap, MINIMAP_PX } from "./draw-minimap.ts";
import { binLines, minimapMarks, type MinimapMark } from "./minimap-bins.ts";
import type { Outline } from "./outline.ts";
import type { TimelineLine } from "./timeline-lines.ts";

const BIN_PX = 3;

const markLabels: Readonly<Record<MinimapMark, { sign: string; label: string }>> = {
  repeat: { sign: "▲", label: "repeats" },
  unknown: { sign: "◇", label: "effects unknown" },
  failed: { sign: "✕", label: "failed" },
  refused: { sign: "■", label: "refused" },
  retry: { sign: "↻", label: "retries" },
};

/** A whole session at a glance, with the part that is in view. A click, a drag or the arrow keys go to another part. */
export function Minimap({
  outline,
  lines,
  firstShown,
  lastShown,
  onJump,
  handle,
}: {
  outline: Outline;
  lines: readonly TimelineLine[];
  firstShown: number;
  lastShown: number;
  /** Brings a line into the middle of the view. */
  onJump: (position: number) => void;
  handle: Ref<HTMLDivElement>;
}): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const { bins, marked } = useMemo(
    () => binLines(outline, lines, Math.max(Math.floor(width / BIN_PX), 1)),
    [outline, lines, width],
  );

  useEffect(() => {
    const host = canvas.current?.parentElement;
    if (!host) return;
    const observer = new ResizeObserver(() => setWidth(host.clientWidth));
    observer.observe(host);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const draw = (): void => {
      if (canvas.current) drawMinimap(canvas.current, bins);
    };
    draw();
    const scheme = window.matchMedia("(prefers-color-scheme: dark)");
    const theme = new MutationObserver(draw);
    scheme.addEventListener("change", draw);
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    return () => {
      scheme.removeEventListener("change", draw);
      theme.disconnect();
    };
  }, [bins]);

  const last = Math.max(lines.length - 1, 0);
  const jumpTo = (event: PointerEvent<HTMLDivElement>): void => {
    const { left, width: across } = event.currentTarget.getBoundingClientRect();
    onJump(Math.min(Math.max(Math.round(((event.clientX - left) / across) * last), 0), last));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const middle = Math.round((firstShown + lastShown) / 2);
    const page = Math.max(lastShown - firstShown, 1);
    const leap = Math.max(Math.round(lines.length / 20), page);
    const targets: Readonly<Record<string, number>> = {
      ArrowRight: middle + page,
      ArrowDown: middle + page,
      ArrowLeft: middle - page,
      ArrowUp: middle - page,
      PageDown: middle + leap,
      PageUp: middle - leap,
      Home: 0,
      End: last,
    };
    const target = targets[event.key];
    if (target === undefined || event.metaKey || event.ctrlKey || event.altKey) return;
    event.preventDefault();
    onJump(Math.min(Math.max(target, 0), last));
  };

  const shown = minimapMarks.filter((mark) => marked[mark] > 0);
  const share = (position: number): string => `${(position / Math.max(lines.length, 1)) * 100}%`;
  return (
    <div className="border-b border-line px-4 pt-2.5 pb-1.5">
      <div
        ref={handle}
        role="slider"
        tabIndex={0}
        aria-label="Map of the session"
        aria-valuemin={1}
        aria-valuemax={Math.max(lines.length, 1)}
        aria-valuenow={Math.min(firstShown + 1, Math.max(lines.length, 1))}
        aria-valuetext={`Lines ${formatCount(firstShown + 1)} to ${formatCount(lastShown + 1)} of ${formatCount(lines.length)}`}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          jumpTo(event);
        }}
        onPointerMove={(event) => {
          if (event.currentTarget.hasPointerCapture(event.pointerId)) jumpTo(event);
        }}
        style={{ height: MINIMAP_PX }}
        className="relative cursor-pointer touch-none overflow-hidden rounded-xs"
      >
        <canvas ref={canvas} aria-hidden className="absolute inset-0 size-full" />
        <span
          aria-hidden
          className="absolute inset-y-0 min-w-1.5 rounded-xs border-2 border-ink bg-ink/10"
          style={{ left: share(firstShown), width: share(lastShown - firstShown + 1) }}
        />
      </div>
      <p className="mt-1 flex flex-wrap gap-x-4 text-xs text-soft">
        {shown.length === 0 ? "Nothing here was refused, failed or retried." : null}
        {shown.map((mark) => (
          <span key={mark}>
            <span aria-hidden>{markLabels[mark].sign}</span> {formatCount(marked[mark])} {markLabels[mark].label}
          </span>
        ))}
      </p>
    </div>
  );
}
