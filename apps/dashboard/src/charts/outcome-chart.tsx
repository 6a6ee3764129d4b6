"use client";

import { useQueryStates } from "nuqs";
import { useState, type ReactNode } from "react";
import {
  Bar,
  BarChart,
  CartesianGrid,
  ReferenceArea,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
  type BarShapeProps,
} from "recharts";
import { formatCount, formatDuration } from "../format.ts";
import { familyStyles, outcomeFamilies, type OutcomeFamily } from "../outcome-style.ts";
import { FamilyShape } from "../outcome/family-shape.tsx";
import { useClock } from "../time/clock.tsx";
import { formatInstant, formatTick } from "../time/format-instant.ts";
import { timeWindowParsers } from "../time/time-window.ts";

/** Calls that began in `[atMs, atMs + bucketMs)`, by outcome family. */
export interface OutcomeBucket {
  atMs: number;
  counts: Partial<Record<OutcomeFamily, number>>;
}

/** Calls over time by how they ended. Dragging over it narrows the time window of the screen. */
export function OutcomeChart({
  buckets,
  bucketMs,
  heightPx,
  countedFromMs = null,
}: {
  buckets: OutcomeBucket[];
  bucketMs: number;
  heightPx: number;
  /** From when on calls are counted, where not all of them are. */
  countedFromMs?: number | null;
}): ReactNode {
  const { zone } = useClock();
  const [, setWindow] = useQueryStates(timeWindowParsers, { shallow: false, history: "push" });
  const [drag, setDrag] = useState<{ from: number; to: number }>();
  const windowMs = bucketMs * buckets.length;
  const families = outcomeFamilies.filter((family) => buckets.some((bucket) => bucket.counts[family]));
  const total = buckets.reduce(
    (sum, { counts }) => sum + Object.values(counts).reduce((inBucket, count) => inBucket + count, 0),
    0,
  );
  const dense = denseWindow(buckets, bucketMs);
  const finish = (): void => {
    if (!drag) return;
    setDrag(undefined);
    const from = Math.min(drag.from, drag.to);
    const to = Math.max(drag.from, drag.to) + bucketMs;
    if (to - from < windowMs && drag.from !== drag.to) void setWindow({ from, to });
  };

  return (
    <figure
      style={{ height: heightPx }}
      className="relative select-none"
      aria-label={`${formatCount(total)} calls over time`}
    >
      {countedFromMs === null ? null : (
        <p className="absolute top-0 right-0 z-[1] rounded-md bg-surface/90 px-1.5 text-xs text-soft">
          Counted from {formatInstant(countedFromMs, zone)} on
        </p>
      )}
      {dense ? (
        <button
          type="button"
          onClick={() => void setWindow(dense)}
          className="absolute top-1 left-10 z-[1] rounded-md border border-line-strong bg-surface px-2 py-0.5 text-xs text-accent hover:bg-raised"
        >
          All of it lies within {formatDuration((dense.to - dense.from) * 1000)}: show that
        </button>
      ) : null}
      <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 800, height: heightPx }}>
        <BarChart
          data={buckets}
          margin={{ top: 4, right: 0, bottom: 0, left: 0 }}
          barCategoryGap={1}
          accessibilityLayer={false}
          onMouseDown={({ activeLabel }) => {
            const at = Number(activeLabel);
            if (activeLabel !== undefined) setDrag({ from: at, to: at });
          }}
          onMouseMove={({ activeLabel }) => {
            if (activeLabel !== undefined) setDrag((before) => before && { ...before, to: Number(activeLabel) });
          }}
          onMouseUp={finish}
          onMouseLeave={() => setDrag(undefined)}
        >
          <defs>
            <pattern
              id="uncertain-hatch"
              width="5"
              height="5"
              patternUnits="userSpaceOnUse"
              patternTransform="rotate(45)"
            >
              <rect width="5" height="5" fill="var(--uncertain)" />
              <rect width="2" height="5" fill="var(--surface)" opacity="0.55" />
            </pattern>
          </defs>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis
            dataKey="atMs"
            height={20}
            tickFormatter={(at: number) => formatTick(at, zone, windowMs)}
            tick={{ fill: "var(--soft)", fontSize: 11 }}
            tickLine={false}
            axisLine={{ stroke: "var(--line-strong)" }}
            minTickGap={48}
          />
          <YAxis
            width={34}
            allowDecimals={false}
            tick={{ fill: "var(--soft)", fontSize: 11 }}
            tickFormatter={(count: number) => compact.format(count)}
            tickLine={false}
            axisLine={false}
          />
          <Tooltip
            isAnimationActive={false}
            cursor={{ fill: "var(--raised)" }}
            content={({ active, label }) => {
              const bucket = active ? buckets.find((candidate) => candidate.atMs === label) : undefined;
              return bucket ? <BucketTooltip bucket={bucket} zone={zone} /> : null;
            }}
          />
          {families.map((family) => (
            <Bar
              key={family}
              stackId="calls"
              dataKey={(bucket: OutcomeBucket) => bucket.counts[family] ?? 0}
              name={familyStyles[family].label}
              fill={familyStyles[family].hatched ? "url(#uncertain-hatch)" : familyStyles[family].color}
              isAnimationActive={false}
              shape={BarPiece}
            />
          ))}
          {drag ? (
            <ReferenceArea
              x1={Math.min(drag.from, drag.to)}
              x2={Math.max(drag.from, drag.to)}
              fill="var(--accent)"
              fillOpacity={0.15}
            />
          ) : null}
        </BarChart>
      </ResponsiveContainer>
    </figure>
  );
}

const compact = Intl.NumberFormat("en", { notation: "compact" });

/** Where there are more bars than room they are drawn this wide all the same. */
const MIN_BAR_PX = 1.5;

/** The library's own measures the outline of each of hundreds of them. */
function BarPiece({ x, y, width, height, fill }: BarShapeProps): ReactNode {
  const shown = Math.max(width, MIN_BAR_PX);
  return height > 0 ? <rect x={x - (shown - width) / 2} y={y} width={shown} height={height} fill={fill} /> : null;
}

const DENSE_SHARE = 0.1;

/** The part of the chart that has calls, where that is so small that nothing can be seen in it. */
function denseWindow(buckets: readonly OutcomeBucket[], bucketMs: number): { from: number; to: number } | undefined {
  const filled = buckets.filter(({ counts }) => Object.keys(counts).length > 0);
  const from = filled[0]?.atMs;
  const last = filled.at(-1)?.atMs;
  if (from === undefined || last === undefined || bucketMs <= MIN_BUCKET_MS) return undefined;
  const span = last + bucketMs - from;
  return span <= bucketMs * buckets.length * DENSE_SHARE ? { from, to: last + bucketMs } : undefined;
}

/** Charts are cut no finer. */
const MIN_BUCKET_MS = 60_000;

function BucketTooltip({ bucket, zone }: { bucket: OutcomeBucket; zone: string }): ReactNode {
  return (
    <div className="rounded-md border border-line-strong bg-surface px-2.5 py-1.5 text-xs shadow-lg">
      <p className="text-soft">{formatInstant(bucket.atMs, zone)}</p>
      {outcomeFamilies.map((family) =>
        bucket.counts[family] ? (
          <p key={family} className="flex items-center gap-1.5">
            <FamilyShape shape={familyStyles[family].shape} color={familyStyles[family].color} />
            {familyStyles[family].label}
            <span className="ml-auto pl-4 font-medium">{formatCount(bucket.counts[family])}</span>
          </p>
        ) : null,
      )}
    </div>
  );
}
