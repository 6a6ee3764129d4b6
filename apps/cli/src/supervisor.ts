import type { Child } from "./child.ts";

/** Keeps the processes that belong together: one that ends by itself ends all. */
export interface Supervisor {
  /** Aborted with a CliError when a child ended by itself, without a reason when somebody asked for the end. */
  readonly signal: AbortSignal;
  /** Takes charge of a child. `mayEnd`: it is done some time, and the others go on. */
  add(child: Child, options?: { mayEnd?: boolean }): void;
  /** Asks for the end. */
  requestStop(): void;
  /** Ends every child, the last one started first. */
  stopAll(): Promise<void>;
}

/** Why the signal is aborted when somebody asked for the end. */
export const stopRequested = Symbol("stop requested");

export function createSupervisor(): Supervisor {
  const children: Child[] = [];
  const ending = new AbortController();
  return {
    signal: ending.signal,
    add(child, { mayEnd = false } = {}) {
      children.push(child);
      void child.exited.then((exit) => {
        if (!mayEnd && !ending.signal.aborted) ending.abort(child.describeExit(exit));
      });
    },
    requestStop: () => ending.abort(stopRequested),
    async stopAll() {
      if (!ending.signal.aborted) ending.abort(stopRequested);
      for (const child of children.toReversed()) await child.stop();
    },
  };
}
