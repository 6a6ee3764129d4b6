"use client";

import { startTransition, useEffect, useState } from "react";
import { fromLines } from "./outline-stream.ts";
import { emptyOutline, withPiece, type Outline, type OutlinePiece } from "./outline.ts";

/** Each time more is shown, all lines and the map are made anew. */
const SHOWN_EVERY_MS = 500;

export interface LoadedOutline {
  outline: Outline;
  status: "whole" | "loading" | "failed";
  retry: () => void;
}

/**
 * The outline of a session: what the page brought along, then all of it as it streams in.
 *
 * @param url - Where the whole of it is.
 */
export function useOutline(first: OutlinePiece, url: string): LoadedOutline {
  const [outline, setOutline] = useState<Outline>(() => withPiece(emptyOutline, first));
  const [attempt, setAttempt] = useState(0);
  const [hasFailed, setFailed] = useState(false);
  const isWhole = outline.end !== null;

  useEffect(() => {
    if (first.end !== null) return;
    const stop = new AbortController();
    const load = async (): Promise<void> => {
      const response = await fetch(url, { signal: stop.signal });
      if (!response.ok || response.body === null) throw new Error(`the outline was answered with ${response.status}`);
      let growing = emptyOutline;
      let shownAt = performance.now();
      for await (const piece of fromLines(response.body)) {
        growing = withPiece(growing, piece);
        if (piece.end === null && performance.now() - shownAt < SHOWN_EVERY_MS) continue;
        shownAt = performance.now();
        const grown = growing;
        startTransition(() => setOutline(grown));
      }
    };
    load().catch(() => {
      if (!stop.signal.aborted) setFailed(true);
    });
    return () => stop.abort();
  }, [first, url, attempt]);

  return {
    outline,
    status: isWhole ? "whole" : hasFailed ? "failed" : "loading",
    retry: () => {
      setFailed(false);
      setAttempt(attempt + 1);
    },
  };
}
