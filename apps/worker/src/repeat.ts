import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "./log.ts";

export interface RepeatOptions {
  /** What is done, as it stands in a log line. */
  name: string;
  everyMs: number;
  run: () => Promise<unknown>;
  log: Log;
}

export interface Repeated {
  /** Ends after the run that is under way. */
  stop(): Promise<void>;
}

const FIRST_RETRY_MS = 500;

/**
 * Runs a job now and again after each `everyMs`, never twice at once. A failed run is tried again sooner, with growing
 * pauses; the first failure in a row and the recovery are logged.
 */
export function repeat({ name, everyMs, run, log }: RepeatOptions): Repeated {
  const stopping = new AbortController();
  async function loop(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      try {
        await run();
        if (failures > 0) log("info", `${name} works again`, { failures });
        failures = 0;
      } catch (error) {
        if (failures === 0) log("error", `${name} failed; it is tried again`, { error });
        failures++;
      }
      const pauseMs = failures === 0 ? everyMs : Math.min(everyMs, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 10));
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }
  const looping = loop();
  return {
    async stop() {
      stopping.abort();
      await looping;
    },
  };
}
