import type { CallOnItsWay } from "./delivery-log.ts";

/** What the client saw of a call. Not the gate's outcome: a client cannot tell, which is why there is a gate. */
export const sights = [
  "ok",
  "is_error",
  "task_created",
  "protocol_error",
  "unauthorized",
  "forbidden",
  "rate_limited",
  "http_error",
  "timeout",
  "connection_lost",
] as const;
export type Sight = (typeof sights)[number];

export interface Answer {
  seen: Sight;
  /** The text blocks joined, or the message of the error. */
  text: string;
  /** The text as JSON, where it is an object. */
  json: Record<string, unknown>;
}

function objectIn(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

export function answerOf({ content, isError, task }: Record<string, unknown>): Answer {
  if (task !== undefined) return { seen: "task_created", text: "", json: task as Record<string, unknown> };
  const blocks = Array.isArray(content) ? (content as { text?: string }[]) : [];
  const text = blocks.map((block) => block.text ?? "").join("\n");
  return { seen: isError === true ? "is_error" : "ok", text, json: objectIn(text) };
}

const sightOfStatus: Record<number, Sight> = { 401: "unauthorized", 403: "forbidden", 429: "rate_limited" };
/** v1 and v2 name the same two ends of a call differently. */
const sightOfCode: Record<string, Sight> = {
  "-32001": "timeout",
  REQUEST_TIMEOUT: "timeout",
  "-32000": "connection_lost",
  CONNECTION_CLOSED: "connection_lost",
};

export function answerOfError(error: unknown, call: CallOnItsWay): Answer {
  const text = error instanceof Error ? error.message : String(error);
  const code = String((error as { code?: unknown }).code);
  const status = call.status !== undefined && call.status >= 400 ? call.status : undefined;
  const seen = sightOfCode[code] ?? (status === undefined ? "protocol_error" : (sightOfStatus[status] ?? "http_error"));
  return { seen, text, json: {} };
}
