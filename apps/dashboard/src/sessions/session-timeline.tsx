"use client";

import { useQueryStates } from "nuqs";
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { CallPanel } from "../calls/call-panel.tsx";
import type { Neighbours } from "../calls/neighbours.ts";
import { formatCount, formatDuration } from "../format.ts";
import { outcomeStyleOf } from "../outcome-style.ts";
import { useRowKeys } from "../table/use-row-keys.ts";
import { useRowVirtualizer } from "../table/use-row-virtualizer.ts";
import { AttemptsRow } from "./attempts-row.tsx";
import { Minimap } from "./minimap.tsx";
import { callAt, indexOfCall, type OutlineCall, type OutlinePiece } from "./outline.ts";
import { RetryLinks } from "./retry-links.tsx";
import { createTimeScale } from "./time-scale.ts";
import type { Stretch } from "./timeline-course.tsx";
import { TimelineFilters } from "./timeline-filters.tsx";
import { groupedLines, lineOfCall, matchingCalls, singleLines } from "./timeline-lines.ts";
import { outlineQuery, timelineParsers } from "./timeline-params.ts";
import { TIMELINE_GRID, TIMELINE_ROW_PX, TimelineRow } from "./timeline-row.tsx";
import { useOutline } from "./use-outline.ts";
import { useTimelineKeys } from "./use-timeline-keys.ts";

/** Fewer calls are seen at a glance without a map. */
const MIN_MAPPED = 30;
/** More idle stretches than these are a grey field. */
const MAX_BREAKS = 40;
const MAX_STRETCHES = 40;
const none: readonly { id: string }[] = [];

/** The calls of a session in their order, as a waterfall: when each began, how long it took, how it ended. */
export function SessionTimeline({
  project,
  sessionId,
  calls: total,
  first,
}: {
  project: string;
  sessionId: string;
  /** How many calls the session has. */
  calls: number;
  first: OutlinePiece;
}): ReactNode {
  const [params, setParams] = useQueryStates(timelineParsers, { history: "push" });
  const { show, tool, q, group, real, call: openId } = params;
  const { outline, status, retry } = useOutline(
    first,
    `/api/sessions/${encodeURIComponent(sessionId)}/outline${outlineQuery({ project, q })}`,
  );
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const scroller = useRef<HTMLDivElement>(null);
  const map = useRef<HTMLDivElement>(null);

  const matching = useMemo(() => matchingCalls(outline, { show, tool, q }), [outline, show, tool, q]);
  const isGrouped = group !== null;
  const lines = useMemo(
    () => (isGrouped ? groupedLines(outline, matching, opened) : singleLines(matching)),
    [outline, matching, isGrouped, opened],
  );
  const scale = useMemo(() => createTimeScale(outline, { squeezeIdle: !real }), [outline, real]);
  const breaks = scale.breaks.length > MAX_BREAKS ? [] : scale.breaks;
  const gaps = useMemo(() => new Map(outline.end?.gaps), [outline]);

  const virtualizer = useRowVirtualizer({ scroller, count: lines.length, rowPx: TIMELINE_ROW_PX });
  const items = virtualizer.getVirtualItems();
  const firstMade = items[0]?.index ?? 0;
  const lastMade = items.at(-1)?.index ?? 0;
  const inView = virtualizer.range ?? { startIndex: firstMade, endIndex: lastMade };

  const openIndex = openId === null ? undefined : indexOfCall(outline, openId);
  const openLine = openIndex === undefined ? undefined : lineOfCall(lines, openIndex);
  useEffect(() => {
    if (openLine !== undefined) virtualizer.scrollToIndex(openLine, { align: "auto" });
  }, [openLine, virtualizer]);

  const focusLine = (position: number): void => {
    virtualizer.scrollToIndex(position, { align: "auto" });
    // Twice: the line is made in one frame and can be focused in the next.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        scroller.current
          ?.querySelector<HTMLElement>(`[data-index="${position}"] :is(a, button)`)
          ?.focus({ preventScroll: true });
      }),
    );
  };
  const bounded = (position: number): number => Math.min(Math.max(position, 0), lines.length - 1);
  useRowKeys((step) => {
    const focused = document.activeElement?.closest<HTMLElement>("[data-index]")?.dataset.index;
    focusLine(bounded(Number(focused ?? openLine ?? -1) + step));
  });
  useTimelineKeys({
    toFirst: () => focusLine(0),
    toLast: () => focusLine(bounded(lines.length - 1)),
    toMap: () => map.current?.focus(),
  });

  const findNeighbours = useCallback(
    async (id: string): Promise<Neighbours> => {
      const index = indexOfCall(outline, id);
      const position = index === undefined ? undefined : lineOfCall(lines, index);
      if (position === undefined) return { previous: null, next: null };
      const idAt = (line: number): string | null => outline.ids[lines[line]?.index ?? -1] ?? null;
      return { previous: idAt(position - 1), next: idAt(position + 1) };
    },
    [outline, lines],
  );

  const toggle = (index: number): void => {
    const of = outline.groups[index] ?? index;
    const next = new Set(opened);
    if (!next.delete(of)) next.add(of);
    setOpened(next);
  };
  const stretchOf = (call: OutlineCall): Stretch => ({
    key: call.index,
    startAt: scale.at(call.startedAtMs),
    endAt: scale.at(call.startedAtMs + call.durationUs / 1000),
    family: outcomeStyleOf(call.outcome).family,
  });
  const groupAt = (position: number): number | undefined => {
    const line = lines[position];
    return line === undefined ? undefined : outline.groups[line.index];
  };

  return (
    <>
      <TimelineFilters tools={outline.toolNames} shown={matching.length} total={outline.ids.length} />
      {lines.length >= MIN_MAPPED ? (
        <Minimap
          outline={outline}
          lines={lines}
          firstShown={inView.startIndex}
          lastShown={inView.endIndex}
          onJump={(position) => virtualizer.scrollToIndex(position, { align: "center" })}
          handle={map}
        />
      ) : null}
      <div
        ref={scroller}
        role="table"
        aria-label="Calls of the session"
        aria-rowcount={status === "whole" ? lines.length + 1 : -1}
        tabIndex={0}
        className="max-h-[max(20rem,calc(100dvh-15rem))] overflow-auto [overflow-anchor:none]"
      >
        <div role="rowgroup" className="sticky top-0 z-[2] border-b border-line bg-surface text-xs text-soft">
          <div role="row" aria-rowindex={1} className={`${TIMELINE_GRID} h-8`}>
            <div role="columnheader" className="text-right">
              <span aria-hidden>#</span>
              <span className="sr-only">Number</span>
            </div>
            <div role="columnheader">Time</div>
            <div role="columnheader" className="max-md:hidden">
              Outcome
            </div>
            <div role="columnheader">Tool</div>
            <div role="columnheader" className="flex items-center justify-between gap-2 max-md:hidden">
              <span>Course</span>
              <label className="flex items-center gap-1.5">
                <input
                  type="checkbox"
                  checked={!real}
                  onChange={(event) => void setParams({ real: event.target.checked ? null : true })}
                  className="accent-(--accent)"
                />
                squeeze idle time
              </label>
            </div>
            <div role="columnheader" className="text-right max-md:hidden">
              Duration
            </div>
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ height: virtualizer.getTotalSize() }}>
          {lines.length === outline.ids.length && !isGrouped ? (
            <RetryLinks outline={outline} firstShown={firstMade} lastShown={lastMade} />
          ) : null}
          {items.map((item) => {
            const line = lines[item.index];
            if (line === undefined) return null;
            const place = { position: item.index, offsetPx: item.start, isActive: item.index === openLine };
            const call = callAt(outline, line.index);
            if (line.attempts !== null) {
              const attempts = line.attempts.slice(-MAX_STRETCHES).map((index) => callAt(outline, index));
              return (
                <AttemptsRow
                  key={item.key}
                  first={call}
                  last={attempts.at(-1) ?? call}
                  count={line.attempts.length}
                  place={place}
                  stretches={attempts.map(stretchOf)}
                  breaks={breaks}
                  isOpen={opened.has(outline.groups[line.index] ?? -1)}
                  onToggle={() => toggle(line.index)}
                />
              );
            }
            const own = groupAt(item.index);
            const fromAbove = groupAt(item.index - 1) === own;
            const toBelow = groupAt(item.index + 1) === own;
            return (
              <TimelineRow
                key={item.key}
                call={call}
                project={project}
                place={place}
                run={fromAbove || toBelow ? { fromAbove, toBelow } : undefined}
                isUnder={line.isUnder}
                missing={gaps.get(line.index) ?? 0}
                stretch={stretchOf(call)}
                breaks={breaks}
                onOpen={() => void setParams({ call: call.id })}
              />
            );
          })}
        </div>
        {lines.length === 0 ? (
          <p className="px-4 py-6 text-center text-soft">No call of this session matches.</p>
        ) : null}
      </div>
      <TimelineFoot
        missing={[...gaps.values()].reduce((sum, count) => sum + count, 0)}
        isCut={outline.end?.isCut ?? false}
        loaded={outline.ids.length}
        total={total}
        status={status}
        idleMs={scale.breaks.map(({ idleMs }) => idleMs)}
        onRetry={retry}
      />
      <CallPanel
        project={project}
        callId={openId}
        rows={none}
        findNeighbours={findNeighbours}
        onChange={(id) => void setParams({ call: id })}
      />
    </>
  );
}

/** What is to be known of the list as a whole. */
function TimelineFoot({
  missing,
  isCut,
  loaded,
  total,
  status,
  idleMs,
  onRetry,
}: {
  missing: number;
  isCut: boolean;
  loaded: number;
  total: number;
  status: "whole" | "loading" | "failed";
  idleMs: readonly number[];
  onRetry: () => void;
}): ReactNode {
  const longest = idleMs.reduce((most, ms) => Math.max(most, ms), 0);
  return (
    <div className="text-xs text-soft *:border-t *:border-line *:px-4 *:py-1.5">
      {status === "loading" ? (
        <p role="status">
          Reading the calls: {formatCount(loaded)} of {formatCount(total)}
        </p>
      ) : null}
      {status === "failed" ? (
        <p role="alert" className="text-warn">
          Only {formatCount(loaded)} of {formatCount(total)} calls could be read.{" "}
          <button type="button" onClick={onRetry} className="font-medium underline">
            Try again
          </button>
        </p>
      ) : null}
      {isCut ? <p>The first {formatCount(loaded)} calls of the session; the rest are on the Calls screen.</p> : null}
      {missing > 0 ? (
        <p>
          {missing === 1 ? "1 call has" : `${formatCount(missing)} calls have`} no row where the numbers of the gate say
          that there was one: it was lost, or is still on its way here.
        </p>
      ) : null}
      {idleMs.length > 0 ? (
        <p>
          {formatCount(idleMs.length)} idle {idleMs.length === 1 ? "stretch is" : "stretches are"} squeezed, the longest{" "}
          {formatDuration(longest * 1000)}.
        </p>
      ) : null}
    </div>
  );
}
