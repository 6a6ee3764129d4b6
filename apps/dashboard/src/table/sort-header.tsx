"use client";

import { ArrowDown } from "lucide-react";
import { parseAsString, useQueryState } from "nuqs";
import type { ReactNode } from "react";

/** A column heading that sorts a list by its column, most first; kept in the URL. */
export function SortHeader({
  sort,
  usual,
  children,
}: {
  /** The value of the URL's parameter `sort`. */
  sort: string;
  /** What the list is sorted by without one. */
  usual: string;
  children: ReactNode;
}): ReactNode {
  const [current, setCurrent] = useQueryState(
    "sort",
    parseAsString.withDefault(usual).withOptions({ shallow: false, history: "push" }),
  );
  const isSorted = current === sort;
  return (
    <button
      type="button"
      aria-pressed={isSorted}
      onClick={() => void setCurrent(sort === usual ? null : sort)}
      className="inline-flex items-center gap-0.5 hover:text-ink aria-pressed:font-semibold aria-pressed:text-ink"
    >
      {isSorted ? <ArrowDown size={11} aria-hidden /> : null}
      {children}
    </button>
  );
}
