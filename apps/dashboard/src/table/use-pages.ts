"use client";

import { useCallback, useRef, useState } from "react";

export interface Page<Row> {
  rows: Row[];
  /** Opaque; null at the end. */
  nextCursor: string | null;
  /** How far back was looked, where looking took longer than one page may; the next page goes on from there. */
  searchedToMs?: number | null;
}

export interface Pages<Row> {
  rows: Row[];
  hasMore: boolean;
  status: "idle" | "loading" | "failed";
  loadNext: () => void;
  /** How far back was looked so far; null where no page says. */
  searchedToMs?: number | null;
}

/** Rows that arrive page by page. Give the component another `key` to begin anew. */
export function usePages<Row>(first: Page<Row>, load: (cursor: string) => Promise<Page<Row>>): Pages<Row> {
  const [pages, setPages] = useState<Page<Row>>(first);
  const [status, setStatus] = useState<Pages<Row>["status"]>("idle");
  const asked = useRef<string | null>(null);
  const { nextCursor } = pages;

  const loadNext = useCallback(() => {
    if (nextCursor === null || asked.current === nextCursor) return;
    asked.current = nextCursor;
    setStatus("loading");
    load(nextCursor).then(
      (page) => {
        setPages((before) => ({ ...page, rows: [...before.rows, ...page.rows] }));
        setStatus("idle");
      },
      () => {
        asked.current = null;
        setStatus("failed");
      },
    );
  }, [nextCursor, load]);

  return { rows: pages.rows, hasMore: nextCursor !== null, status, loadNext, searchedToMs: pages.searchedToMs };
}
