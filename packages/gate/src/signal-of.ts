import { isObject } from "./is-object.ts";

/** v1: `extra.signal`; v2: `ctx.mcpReq.signal`. */
export function signalOf(extra: unknown): AbortSignal | undefined {
  if (!isObject(extra)) return undefined;
  const signal = extra["signal"] ?? (isObject(extra["mcpReq"]) ? extra["mcpReq"]["signal"] : undefined);
  return signal instanceof AbortSignal ? signal : undefined;
}
