"use client";

import { ArrowDown } from "lucide-react";
import { parseAsString, useQueryState } from "nuqs";
import { useTransition, type ReactNode } from "react";
import { pendingMarks } from "../ui/pending-marks.ts";

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
  const [isPending, startTransition] = useTransition();
  const [current, setCurrent] = useQueryState(
    "sort",
    parseAsString.withDefault(usual).withOptions({ shallow: false, history: "push", startTransition }),
  );
  const isSorted = current === sort;
  return (
    <button
      type="button"
      aria-pressed={isSorted}
      {...pendingMarks(isPending)}
      onClick={() => void setCurrent(sort === usual ? null : sort)}
      className="inline-flex items-center gap-0.5 hover:text-ink aria-pressed:font-semibold aria-pressed:text-ink"
    >
      {isSorted ? <ArrowDown size={11} aria-hidden /> : null}
      {children}
    </button>
  );
}
