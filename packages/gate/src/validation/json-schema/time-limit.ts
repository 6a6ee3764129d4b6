import { createContext, Script, type Context } from "node:vm";

/** V8 can be stopped in the middle of anything, a regular expression too, but only below a script of its own. */
const script = new Script("run()");
let context: (Context & { run?: () => unknown }) | undefined;

/** A machine that is busy with others has not given us the time that the clock shows. */
const STARVED_SHARE = 0.5;
const SECOND_CHANCE = 4;

/**
 * Runs something that may take for ever, for so many milliseconds of computing at most. Costs about 0.3 ms.
 * What is stopped is stopped anywhere: nothing that it worked on is to be used again.
 *
 * @returns undefined where the time ran out.
 */
export function withinTime<T>(limitMs: number, run: () => T): { value: T } | undefined {
  const before = process.cpuUsage();
  const first = attempt(limitMs, run);
  if (first !== undefined) return first;
  const used = process.cpuUsage(before);
  const starved = (used.user + used.system) / 1000 < limitMs * STARVED_SHARE;
  return starved ? attempt(limitMs * SECOND_CHANCE, run) : undefined;
}

function attempt<T>(limitMs: number, run: () => T): { value: T } | undefined {
  context ??= createContext({});
  const outer = context.run;
  let value: { value: T } | undefined;
  context.run = () => {
    value = { value: run() };
  };
  try {
    script.runInContext(context, { timeout: limitMs });
    return value;
  } catch (error) {
    if ((error as { code?: unknown }).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return undefined;
    throw error;
  } finally {
    context.run = outer;
  }
}
