/** npm passes on the Ctrl-C that the terminal has sent to all of us already: one wish, heard several times. */
const SAME_WISH_MS = 1_000;

/**
 * Calls `stop` once when somebody wants this process to end: Ctrl-C, a signal, or the death of the process that
 * started it. A second wish, later, ends the process at once.
 */
export function onStopWish(stop: () => void): void {
  let firstAt: number | undefined;
  const wish = (): void => {
    if (firstAt === undefined) {
      firstAt = performance.now();
      stop();
    } else if (performance.now() - firstAt > SAME_WISH_MS) {
      process.exit(130);
    }
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, wish);
  process.on("disconnect", stop);
  // The terminal may be gone with whoever started us.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
}
