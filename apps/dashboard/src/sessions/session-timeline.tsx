"use client";

import { parseAsBoolean, parseAsString, useQueryState } from "nuqs";
import { useCallback, useMemo, useRef, type ReactNode } from "react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { CallPanel } from "../calls/call-panel.tsx";
import type { CallRow } from "../calls/call-row.ts";
import { loadSessionCalls } from "../calls/load-calls.ts";
import { formatDuration } from "../format.ts";
import { usePages, type Page } from "../table/use-pages.ts";
import { useRowKeys } from "../table/use-row-keys.ts";
import { RetryLinks } from "./retry-links.tsx";
import { createTimeScale } from "./time-scale.ts";
import { TIMELINE_GRID, TIMELINE_ROW_PX, TimelineRow } from "./timeline-row.tsx";
import { useEffect } from "react";

/** Where the call stands that a replay repeats the result of, unless its retry names it already. */
function resultOf(call: CallRow, indexById: ReadonlyMap<string, number>): number | undefined {
  const { outcome, originalCallId, retryOf } = call;
  return outcome !== "duplicate_replayed" || originalCallId === null || originalCallId === retryOf
    ? undefined
    : indexById.get(originalCallId);
}

/** The calls of a session in their order, as a waterfall: when each began, how long it took, how it ended. */
export function SessionTimeline({
  project,
  sessionId,
  first,
}: {
  project: string;
  sessionId: string;
  first: Page<CallRow>;
}): ReactNode {
  const [openId, setOpenId] = useQueryState("call", parseAsString.withOptions({ history: "push" }));
  const [realTime, setRealTime] = useQueryState("real", parseAsBoolean.withDefault(false));
  const load = useCallback((cursor: string) => loadSessionCalls({ project, sessionId }, cursor), [project, sessionId]);
  const { rows, hasMore, status, loadNext } = usePages(first, load);
  const scroller = useRef<HTMLDivElement>(null);

  const scale = useMemo(
    () =>
      createTimeScale(
        rows.map((call) => ({ startMs: call.startedAtMs, endMs: call.startedAtMs + call.durationUs / 1000 })),
        { squeezeIdle: !realTime },
      ),
    [rows, realTime],
  );
  const indexById = useMemo(() => new Map(rows.map((call, index) => [call.id, index])), [rows]);

  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => TIMELINE_ROW_PX,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 12,
    initialRect: { width: 1000, height: 700 },
  });
  const items = virtualizer.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && status === "idle" && lastShown >= rows.length - 40) loadNext();
  }, [hasMore, status, lastShown, rows.length, loadNext]);

  const openIndex = openId === null ? undefined : indexById.get(openId);
  useEffect(() => {
    if (openIndex !== undefined) virtualizer.scrollToIndex(openIndex, { align: "auto" });
  }, [openIndex, virtualizer]);

  useRowKeys((step) => {
    const focused = document.activeElement?.closest<HTMLElement>("[data-index]")?.dataset.index;
    const index = Math.min(Math.max(Number(focused ?? openIndex ?? -1) + step, 0), rows.length - 1);
    virtualizer.scrollToIndex(index, { align: "auto" });
    requestAnimationFrame(() => {
      scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"] a`)?.focus({ preventScroll: true });
    });
  });

  return (
    <>
      <div
        ref={scroller}
        role="table"
        aria-label="Calls of the session"
        aria-rowcount={hasMore ? -1 : rows.length + 1}
        tabIndex={0}
        className="h-[calc(100dvh-17rem)] min-h-80 overflow-auto [overflow-anchor:none]"
      >
        <div role="rowgroup" className="sticky top-0 z-[2] border-b border-line bg-surface text-xs text-soft">
          <div role="row" aria-rowindex={1} className={`${TIMELINE_GRID} h-8`}>
            <div role="columnheader">Time</div>
            <div role="columnheader">Outcome</div>
            <div role="columnheader" className="max-md:hidden">
              Tool
            </div>
            <div role="columnheader" className="flex items-center justify-between gap-2">
              <span>Course</span>
              <label className="flex items-center gap-1.5 max-sm:hidden">
                <input
                  type="checkbox"
                  checked={!realTime}
                  onChange={(event) => void setRealTime(event.target.checked ? null : true)}
                  className="accent-(--accent)"
                />
                squeeze idle time
              </label>
            </div>
            <div role="columnheader" className="text-right max-sm:hidden">
              Duration
            </div>
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ height: virtualizer.getTotalSize() }}>
          <RetryLinks rows={rows} indexById={indexById} firstShown={items[0]?.index ?? 0} lastShown={lastShown} />
          {items.map((item) => {
            const call = rows[item.index];
            if (!call) return null;
            return (
              <TimelineRow
                key={call.id}
                call={call}
                index={item.index}
                offsetPx={item.start}
                startAt={scale.at(call.startedAtMs)}
                endAt={scale.at(call.startedAtMs + call.durationUs / 1000)}
                breaks={scale.breaks}
                retryOfIndex={call.retryOf === null ? undefined : indexById.get(call.retryOf)}
                resultOfIndex={resultOf(call, indexById)}
                isActive={call.id === openId}
                onOpen={() => void setOpenId(call.id)}
              />
            );
          })}
        </div>
        {status === "failed" ? (
          <p role="alert" className="px-4 py-2 text-warn">
            The next calls could not be read.{" "}
            <button type="button" onClick={loadNext} className="font-medium underline">
              Try again
            </button>
          </p>
        ) : null}
      </div>
      {scale.breaks.length > 0 ? (
        <p className="border-t border-line px-4 py-1.5 text-xs text-soft">
          {scale.breaks.length} idle {scale.breaks.length === 1 ? "stretch is" : "stretches are"} squeezed, the longest{" "}
          {formatDuration(Math.max(...scale.breaks.map((pause) => pause.idleMs)) * 1000)}.
        </p>
      ) : null}
      <CallPanel project={project} callId={openId} rows={rows} onChange={(id) => void setOpenId(id)} />
    </>
  );
}
