"use client";

import { useQueryStates } from "nuqs";
import { useTransition, type ReactNode } from "react";
import { useClock } from "./clock.tsx";
import { formatInstant } from "./format-instant.ts";
import { rangeLabels, ranges, timeWindowParsers } from "./time-window.ts";

/** Which time the screen is about; kept in the URL. */
export function WindowPicker(): ReactNode {
  const [isPending, startTransition] = useTransition();
  const [{ range, from, to }, setWindow] = useQueryStates(timeWindowParsers, {
    shallow: false,
    history: "push",
    startTransition,
  });
  const { zone } = useClock();
  const isFixed = from !== null && to !== null;
  return (
    <div className="flex flex-wrap items-center gap-2" aria-busy={isPending}>
      {isFixed ? (
        <span className="text-xs text-soft">
          {formatInstant(from, zone)} to {formatInstant(to, zone)}
        </span>
      ) : null}
      <div role="group" aria-label="Time window" className="flex rounded-md border border-line bg-surface p-0.5">
        {ranges.map((choice) => (
          <button
            key={choice}
            type="button"
            title={rangeLabels[choice]}
            aria-label={`${choice}: ${rangeLabels[choice]}`}
            aria-pressed={!isFixed && range === choice}
            onClick={() => void setWindow({ range: choice, from: null, to: null })}
            className="rounded-sm px-2.5 py-1 text-xs font-medium text-soft hover:text-ink aria-pressed:bg-raised aria-pressed:text-ink"
          >
            {choice}
          </button>
        ))}
      </div>
    </div>
  );
}
