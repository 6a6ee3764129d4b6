// A line a step: rewritten with the seconds on a terminal, plain lines elsewhere.

const TELL_EVERY_MS = 15_000;

/**
 * Runs a piece of work that takes a while and says so.
 *
 * @template T
 * @param {string} label
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(label, work) {
  const startedAt = Date.now();
  const seconds = () => `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
  const live = process.stdout.isTTY;
  const line = (text, end) => process.stdout.write(live ? `\r\u001b[2K${text}${end}` : `${text}\n`);

  line(`  ${label} ...`, "");
  const ticker = setInterval(() => line(`  ${label} ... ${seconds()}`, ""), live ? 200 : TELL_EVERY_MS);
  try {
    const result = await work();
    line(`  ${label}: ${seconds()}`, "\n");
    return result;
  } catch (error) {
    line(`  ${label}: failed after ${seconds()}`, "\n");
    throw error;
  } finally {
    clearInterval(ticker);
  }
}
