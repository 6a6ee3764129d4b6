"use client";

import { createContext, startTransition, useContext, useEffect, useState, type ReactNode } from "react";

interface Clock {
  /** IANA name of the viewer's zone; what the last visit told us until the browser has spoken. */
  zone: string;
  /** Milliseconds since the epoch, moving twice a minute. */
  nowMs: number;
}

const ClockContext = createContext<Clock>({ zone: "UTC", nowMs: 0 });

export const useClock = (): Clock => useContext(ClockContext);

const TICK_MS = 30_000;

/** Gives times below it the viewer's zone. The zone goes into a cookie, so that the next page is right from the first byte. */
export function ClockProvider({ zone, nowMs, children }: Clock & { children: ReactNode }): ReactNode {
  const [clock, setClock] = useState<Clock>({ zone, nowMs });
  useEffect(() => {
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    // Every time on the page follows: whatever React has not taken over yet, it would have to at once, in one go.
    const tick = (): void => startTransition(() => setClock({ zone: own, nowMs: Date.now() }));
    if (own !== zone) {
      document.cookie = `tz=${own}; path=/; max-age=31536000; samesite=lax`;
      tick();
    }
    const timer = setInterval(tick, TICK_MS);
    return () => clearInterval(timer);
  }, [zone]);
  return <ClockContext value={clock}>{children}</ClockContext>;
}
