"use client";

import { useEffect, useEffectEvent } from "react";
import { isTyping } from "../shell/is-typing.ts";

/** `g` and `G` go to the first and the last line, `m` to the map. */
export function useTimelineKeys(keys: { toFirst: () => void; toLast: () => void; toMap: () => void }): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
    const act =
      event.key === "g" ? keys.toFirst : event.key === "G" ? keys.toLast : event.key === "m" ? keys.toMap : null;
    if (act === null) return;
    event.preventDefault();
    act();
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => onKey(event);
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
}
