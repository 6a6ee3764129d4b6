"use client";

import { useEffect, useEffectEvent } from "react";
import { isTyping } from "../shell/is-typing.ts";

/** `j` and `k` move between rows; the browser's own Enter opens the focused one. */
export function useRowKeys(move: (step: 1 | -1) => void): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
    if (event.key !== "j" && event.key !== "k") return;
    event.preventDefault();
    move(event.key === "j" ? 1 : -1);
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => onKey(event);
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
}
