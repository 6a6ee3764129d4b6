import type { CliError } from "./cli-error.ts";

/** Something that runs beside the others. */
export interface Part<Exit> {
  /** Resolves when it has ended, by `stop` or by itself. */
  readonly exited: Promise<Exit>;
  /** Ends it. Harmless when it has ended. */
  stop(): Promise<void>;
  /** What to say when it ended by itself. */
  describeExit(exit: Exit): CliError;
}

/** Keeps the parts that belong together: one that ends by itself ends all. */
export interface Supervisor {
  /** Aborted with a CliError when a part ended by itself, with `stopRequested` when somebody asked for the end. */
  readonly signal: AbortSignal;
  /** Takes charge of a part. `mayEnd`: it is done some time, and the others go on. */
  add<Exit>(part: Part<Exit>, options?: { mayEnd?: boolean }): void;
  /** Asks for the end. */
  requestStop(): void;
  /** Ends every part, the last one added first. */
  stopAll(): Promise<void>;
}

/** Why the signal is aborted when somebody asked for the end. */
export const stopRequested = Symbol("stop requested");

export function createSupervisor(): Supervisor {
  const stops: (() => Promise<void>)[] = [];
  const ending = new AbortController();
  return {
    signal: ending.signal,
    add(part, { mayEnd = false } = {}) {
      stops.push(() => part.stop());
      void part.exited.then((exit) => {
        if (!mayEnd && !ending.signal.aborted) ending.abort(part.describeExit(exit));
      });
    },
    requestStop: () => ending.abort(stopRequested),
    async stopAll() {
      if (!ending.signal.aborted) ending.abort(stopRequested);
      for (const stop of stops.toReversed()) await stop();
    },
  };
}
