import { fsyncSync, openSync, readFileSync, writeSync } from "node:fs";

/** An execution as the handler itself noted it, before it did anything. */
export interface Execution {
  tool: string;
  order: string;
  /** What the gate gave the handler to hand on. */
  key: string | null;
  attempt: number;
  callId: string;
  pid: number;
}

/** The handlers' own ledger: it knows nothing of the gate, and survives its process. */
export function openExecutions(path: string): (execution: Execution) => void {
  const file = openSync(path, "a");
  return (execution) => {
    writeSync(file, `${JSON.stringify(execution)}\n`);
    fsyncSync(file);
  };
}

export const readExecutions = (path: string): Execution[] => linesOf(path).map((line) => JSON.parse(line) as Execution);

export function linesOf(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split("\n").filter(Boolean);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
