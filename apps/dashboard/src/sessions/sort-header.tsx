"use client";

import { ArrowDown } from "lucide-react";
import { useQueryState } from "nuqs";
import type { ReactNode } from "react";
import { sessionParsers, type SessionSort } from "./session-params.ts";

/** A column heading that sorts the list by its column, most first. */
export function SortHeader({ sort, children }: { sort: SessionSort; children: ReactNode }): ReactNode {
  const [current, setCurrent] = useQueryState(
    "sort",
    sessionParsers.sort.withOptions({ shallow: false, history: "push" }),
  );
  const isSorted = current === sort;
  return (
    <button
      type="button"
      aria-pressed={isSorted}
      onClick={() => void setCurrent(sort)}
      className="inline-flex items-center gap-0.5 hover:text-ink aria-pressed:font-semibold aria-pressed:text-ink"
    >
      {isSorted ? <ArrowDown size={11} aria-hidden /> : null}
      {children}
    </button>
  );
}
