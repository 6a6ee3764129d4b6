"use client";

import { useEffect, useEffectEvent, useState } from "react";
import type { CallRow } from "./call-row.ts";

/** Older rows are let go: whoever wants them takes them from the list. */
const MAX_ROWS = 2_000;

interface Tail {
  /** What is shown, newest first. */
  shown: CallRow[];
  /** What arrived while the list was held still. */
  waiting: CallRow[];
  /** Whether calls arrived faster than they are told. */
  hasHole: boolean;
  /** Whether the connection stands. */
  isConnected: boolean;
}

const empty: Tail = { shown: [], waiting: [], hasHole: false, isConnected: false };

/** Rows that arrive while the screen is open; held back while somebody reads. */
export function useLiveTail({
  isOn,
  query,
  newestId,
  isHeld,
}: {
  isOn: boolean;
  /** The query of the screen. */
  query: string;
  /** The newest row that the page came with. */
  newestId: string | undefined;
  isHeld: boolean;
}): Tail & { release: () => void } {
  const [tail, setTail] = useState<Tail>(empty);
  const take = useEffectEvent((rows: CallRow[], hasHole: boolean) => {
    setTail((before) => {
      const waiting = newestFirst([...rows, ...before.waiting]);
      const isHole = before.hasHole || hasHole;
      if (isHeld) return { ...before, waiting, hasHole: isHole, isConnected: true };
      return { shown: newestFirst([...waiting, ...before.shown]), waiting: [], hasHole: isHole, isConnected: true };
    });
  });
  const addressFrom = useEffectEvent(() => {
    const search = new URLSearchParams(query);
    const newest =
      [...tail.waiting, ...tail.shown]
        .map(({ id }) => id)
        .toSorted()
        .at(-1) ?? newestId;
    if (newest !== undefined) search.set("after", newest);
    return `/api/calls/tail?${search.toString()}`;
  });

  useEffect(() => {
    if (!isOn) return setTail(empty);
    let source: EventSource;
    let timer: ReturnType<typeof setTimeout>;
    const connect = (): void => {
      source = new EventSource(addressFrom());
      source.addEventListener("message", ({ data }: MessageEvent<string>) => {
        const { rows, hasHole } = JSON.parse(data) as { rows: CallRow[]; hasHole: boolean };
        take(rows, hasHole);
      });
      source.addEventListener("error", () => {
        // Each connection ends after a minute; the next one begins where this one stopped.
        source.close();
        setTail((before) => ({ ...before, isConnected: false }));
        timer = setTimeout(connect, 1_000);
      });
    };
    connect();
    return () => {
      clearTimeout(timer);
      source.close();
    };
  }, [isOn, query]);

  return {
    ...tail,
    release: () =>
      setTail((before) => ({ ...before, shown: newestFirst([...before.waiting, ...before.shown]), waiting: [] })),
  };
}

function newestFirst(rows: CallRow[]): CallRow[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return [...byId.values()].toSorted((one, other) => (one.id < other.id ? 1 : -1)).slice(0, MAX_ROWS);
}
