/** Where progress is written: standard output, or a test's own. */
export interface ProgressStream {
  isTTY?: boolean;
  write(text: string): unknown;
}

export interface Progress {
  /** Runs one step and says how long it took: one line rewritten on a terminal, plain lines elsewhere. */
  step<T>(label: string, work: () => Promise<T>): Promise<T>;
  say(text: string): void;
}

const TELL_EVERY_MS = 15_000;
const REDRAW_EVERY_MS = 200;

export function createProgress(stream: ProgressStream = process.stdout): Progress {
  const live = stream.isTTY === true;
  const draw = (text: string, end: string): unknown => stream.write(live ? `\r\u001b[2K${text}${end}` : `${text}\n`);
  return {
    async step(label, work) {
      const startedAt = performance.now();
      const elapsed = (): string => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
      draw(`  ${label} ...`, "");
      const ticker = setInterval(() => draw(`  ${label} ... ${elapsed()}`, ""), live ? REDRAW_EVERY_MS : TELL_EVERY_MS);
      try {
        const result = await work();
        draw(`  ${label}: ${elapsed()}`, "\n");
        return result;
      } catch (error) {
        draw(`  ${label}: failed after ${elapsed()}`, "\n");
        throw error;
      } finally {
        clearInterval(ticker);
      }
    },
    say: (text) => stream.write(`${text}\n`),
  };
}
