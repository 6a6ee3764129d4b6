"use client";

import { parseAsBoolean, parseAsString, useQueryState } from "nuqs";
import { useCallback, useEffect, useMemo, useState, type ReactNode } from "react";
import { formatCount } from "../format.ts";
import { useProject } from "../scope/use-project.ts";
import { chooseColumns, defineColumns } from "../table/column.ts";
import { useChosenColumns } from "../table/column-chooser.tsx";
import { RowTable } from "../table/row-table.tsx";
import { usePages, type Page } from "../table/use-pages.ts";
import { callColumns } from "./call-columns.tsx";
import { CallPanel } from "./call-panel.tsx";
import type { CallRow } from "./call-row.ts";
import { loadCalls, loadRowNeighbours } from "./load-calls.ts";
import { useLiveTail } from "./use-live-tail.ts";

/** Whether new calls are wanted. Not before React has the rows, which a click beside them may come before. */
function useLiveWish(): boolean {
  const [isWanted] = useQueryState("live", parseAsBoolean.withDefault(false));
  const [isHere, setHere] = useState(false);
  useEffect(() => setHere(true), []);
  return isHere && isWanted;
}

/** The rows of the audit trail, with a panel for the one that is looked at. */
export function CallsTable({
  first,
  query,
  showDate,
}: {
  first: Page<CallRow>;
  query: string;
  /** Whether the window is longer than a day. */
  showDate: boolean;
}): ReactNode {
  const project = useProject();
  const [openId, setOpenId] = useQueryState("call", parseAsString.withOptions({ history: "push" }));
  const isLive = useLiveWish();
  const [isAtTop, setAtTop] = useState(true);
  const [chosen] = useChosenColumns();
  const load = useCallback((cursor: string) => loadCalls(query, cursor), [query]);
  const pages = usePages(first, load);
  const tail = useLiveTail({ isOn: isLive, query, newestId: first.rows[0]?.id, isHeld: !isAtTop || openId !== null });
  const findNeighbours = useCallback((id: string) => loadRowNeighbours(query, id), [query]);
  const columns = useMemo(
    () => defineColumns(chooseColumns(callColumns({ open: (id) => void setOpenId(id), showDate }), chosen)),
    [setOpenId, showDate, chosen],
  );
  const rows = useMemo(() => {
    const told = new Set(tail.shown.map(({ id }) => id));
    return [...tail.shown, ...pages.rows.filter(({ id }) => !told.has(id))];
  }, [tail.shown, pages.rows]);
  return (
    <>
      {isLive ? (
        <p className="flex items-center gap-2 border-b border-line px-4 py-1.5 text-xs text-soft" role="status">
          <span
            aria-hidden
            className={tail.isConnected ? "size-2 rounded-full bg-done" : "size-2 rounded-full border border-soft"}
          />
          {tail.isConnected ? `Live: ${formatCount(tail.shown.length)} new` : "Connecting…"}
          {tail.hasHole ? ", and more than could be shown: narrow the filter" : ""}
          {tail.waiting.length > 0 ? (
            <button type="button" onClick={tail.release} className="font-medium text-accent hover:underline">
              Held while you read: show {formatCount(tail.waiting.length)} more
            </button>
          ) : null}
        </p>
      ) : null}
      <RowTable
        label="Calls"
        columns={columns}
        pages={{ ...pages, rows }}
        activeId={openId}
        onAtTop={setAtTop}
        className="max-h-[max(20rem,calc(100dvh-11rem))]"
      />
      <CallPanel
        project={project}
        callId={openId}
        rows={rows}
        findNeighbours={findNeighbours}
        onChange={(id) => void setOpenId(id)}
      />
    </>
  );
}
