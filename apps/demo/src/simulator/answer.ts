import { z } from "zod";
import type { CallOnItsWay } from "./delivery-log.ts";

/** What the client saw of a call. Not the gate's outcome: a client cannot tell, which is why there is a gate. */
export type Sight =
  | "ok"
  | "is_error"
  | "task_created"
  | "protocol_error"
  | "unauthorized"
  | "forbidden"
  | "rate_limited"
  | "http_error"
  | "timeout"
  | "connection_lost";

/** A count for each sight, nothing seen yet. */
export const newTally = (): Record<Sight, number> => ({
  ok: 0,
  is_error: 0,
  task_created: 0,
  protocol_error: 0,
  unauthorized: 0,
  forbidden: 0,
  rate_limited: 0,
  http_error: 0,
  timeout: 0,
  connection_lost: 0,
});

const refusalSchema = z.object({
  code: z.string(),
  retry: z.string(),
  example: z.record(z.string(), z.unknown()).optional(),
  retry_after_ms: z.number().optional(),
  confirm_repeat: z.string().optional(),
});
/** What the gate tells an agent of a call that did not succeed, as far as the agents of the demo act on it. */
export type Refusal = z.infer<typeof refusalSchema>;

export interface Answer {
  seen: Sight;
  /** The text blocks joined, or the message of the error. */
  text: string;
  /** The text as JSON, where it is an object. */
  json: Record<string, unknown>;
  /** What the last line of an error says, where the gate wrote it. */
  refusal: Refusal | undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

function objectIn(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

export function answerOf({ content, isError, task }: Record<string, unknown>): Answer {
  if (isObject(task)) return { seen: "task_created", text: "", json: task, refusal: undefined };
  const blocks: unknown[] = Array.isArray(content) ? content : [];
  const text = blocks
    .map((block) => (isObject(block) && typeof block["text"] === "string" ? block["text"] : ""))
    .join("\n");
  if (isError !== true) return { seen: "ok", text, json: objectIn(text), refusal: undefined };
  const told = refusalSchema.safeParse(objectIn(text.slice(text.lastIndexOf("\n") + 1)));
  return { seen: "is_error", text, json: objectIn(text), refusal: told.data };
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
  const code = String(isObject(error) ? error["code"] : undefined);
  const status = call.status !== undefined && call.status >= 400 ? call.status : undefined;
  const seen = sightOfCode[code] ?? (status === undefined ? "protocol_error" : (sightOfStatus[status] ?? "http_error"));
  return { seen, text, json: {}, refusal: undefined };
}
