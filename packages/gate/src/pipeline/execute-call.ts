import { isThenable, type GatedCall } from "./gated-call.ts";

/** How the SDK's handling of a call ended. `timeout`: it runs on, and ends in `late`. */
export type Ended =
  | { kind: "returned"; result: unknown }
  | { kind: "rejected"; error: unknown }
  | { kind: "timeout"; timeoutMs: number; late: Promise<Exclude<Ended, { kind: "timeout" }>> };

/** Executes a call for no longer than its tool may take. Never rejects. */
export async function executeCall({ delivery, policy, execute }: GatedCall): Promise<Ended> {
  const running = run(execute);
  const { timeoutMs } = policy;
  if (timeoutMs === undefined) return running;
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise<"timeout">((resolve) => {
    timer = setTimeout(() => resolve("timeout"), timeoutMs);
  });
  const first = await Promise.race([running, timedOut]);
  clearTimeout(timer);
  if (first !== "timeout") return first;
  delivery.abort(new DOMException(`the tool took longer than ${timeoutMs} ms`, "TimeoutError"));
  return { kind: "timeout", timeoutMs, late: running };
}

async function run(execute: () => unknown): Promise<Exclude<Ended, { kind: "timeout" }>> {
  try {
    const executing = execute();
    return { kind: "returned", result: isThenable(executing) ? await executing : executing };
  } catch (error) {
    return { kind: "rejected", error };
  }
}
