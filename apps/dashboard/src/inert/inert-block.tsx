"use client";

import { useState, useTransition, type ReactNode } from "react";
import { formatBytes } from "../format.ts";
import { InertSegments } from "./inert-text.tsx";

export interface TextSlice {
  text: string;
  /** Length of the whole, in UTF-16 units. */
  totalLength: number;
  /** Where the next slice begins; undefined at the end. */
  nextOffset: number | undefined;
}

/** A long text from outside, inert, shown by and by. */
export function InertBlock({
  label,
  first,
  loadMore,
}: {
  label: string;
  first: TextSlice;
  loadMore?: (offset: number) => Promise<TextSlice>;
}): ReactNode {
  const [slices, setSlices] = useState<TextSlice[]>([first]);
  const [failed, setFailed] = useState(false);
  const [isLoading, startLoading] = useTransition();
  const nextOffset = slices.at(-1)?.nextOffset;

  const load = (offset: number): void => {
    startLoading(async () => {
      try {
        const slice = await loadMore?.(offset);
        if (slice) setSlices((before) => [...before, slice]);
        setFailed(false);
      } catch {
        setFailed(true);
      }
    });
  };

  return (
    <div className="rounded-md border border-line bg-canvas">
      <pre
        aria-label={label}
        role="region"
        tabIndex={0}
        dir="ltr"
        className="max-h-[28rem] overflow-auto p-3 font-mono text-xs leading-5 break-words whitespace-pre-wrap [contain:paint]"
      >
        {slices.map((slice, index) => (
          <InertSegments key={index} text={slice.text} />
        ))}
      </pre>
      {nextOffset !== undefined && loadMore ? (
        <div className="flex items-center gap-3 border-t border-line px-3 py-1.5 text-xs text-soft">
          <span>
            {formatBytes(nextOffset)} of {formatBytes(first.totalLength)} shown
          </span>
          <button
            type="button"
            disabled={isLoading}
            onClick={() => load(nextOffset)}
            className="font-medium text-accent hover:underline disabled:opacity-60"
          >
            {failed ? "Could not load more. Try again" : "Load more"}
          </button>
        </div>
      ) : null}
    </div>
  );
}
