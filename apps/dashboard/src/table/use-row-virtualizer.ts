import { useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { useLayoutEffect, useRef, type RefObject } from "react";

/** The rows of a long list that are in view, each of the same height, and where they stand. */
export function useRowVirtualizer({
  scroller,
  count,
  rowPx,
  keyOf,
}: {
  scroller: RefObject<HTMLDivElement | null>;
  count: number;
  rowPx: number;
  /** @defaultValue the index */
  keyOf?: (index: number) => string | number;
}): Virtualizer<HTMLDivElement, Element> {
  // What was scrolled before React took the list over: the virtualizer would begin at the top.
  const scrolledPx = useRef(0);
  useLayoutEffect(() => void (scrolledPx.current = scroller.current?.scrollTop ?? 0), [scroller]);
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    ...(keyOf !== undefined && { getItemKey: keyOf }),
    overscan: 6,
    initialRect: { width: 1000, height: 650 },
  });
  useLayoutEffect(() => {
    if (scrolledPx.current > 0) virtualizer.scrollToOffset(scrolledPx.current);
  }, [virtualizer]);
  return virtualizer;
}
