"use client";

import { useCallback, useRef, useState } from "react";

export interface Page<Row> {
  rows: Row[];
  /** Opaque; null at the end. */
  nextCursor: string | null;
}

export interface Pages<Row> {
  rows: Row[];
  hasMore: boolean;
  status: "idle" | "loading" | "failed";
  loadNext: () => void;
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
        setPages((before) => ({ rows: [...before.rows, ...page.rows], nextCursor: page.nextCursor }));
        setStatus("idle");
      },
      () => {
        asked.current = null;
        setStatus("failed");
      },
    );
  }, [nextCursor, load]);

  return { rows: pages.rows, hasMore: nextCursor !== null, status, loadNext };
}
