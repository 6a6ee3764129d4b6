import { randomBytes } from "node:crypto";
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { ErrorPayload } from "@tachograph/record";

export interface Call {
  tool: "pay" | "pay_idempotent" | "pay_atomic" | "find";
  args: { order: string; ms?: number; until?: string; fails?: "retryable" | "terminal" };
  /** The host's id of the call. */
  toolUseId: string;
  sessionId?: string;
  /** Token that repeats an operation of unknown effect. */
  confirmRepeat?: string;
}

/** One delivery of a call, and what its client saw. */
export interface Delivery extends Call {
  /** Names the delivery itself: the trace that its row belongs to. */
  traceId: string;
  /** Undefined where the connection broke before the answer. */
  answer?: Answer;
}

export interface Answer {
  isError: boolean;
  text: string;
  /** Empty where the call succeeded. */
  told: Partial<ErrorPayload>;
  replayed: boolean;
  tookMs: number;
}

/** Ends with the answer, or without one where the connection broke. Never rejects. */
export async function deliverThrough(client: Client, call: Call): Promise<Delivery> {
  const delivery: Delivery = { ...call, traceId: randomBytes(16).toString("hex") };
  const start = performance.now();
  const _meta = {
    "claudecode/toolUseId": call.toolUseId,
    ...(call.sessionId !== undefined && { "claudecode/sessionId": call.sessionId }),
    ...(call.confirmRepeat !== undefined && { "tachograph/confirmRepeat": call.confirmRepeat }),
    traceparent: `00-${delivery.traceId}-00f067aa0ba902b7-01`,
  };
  try {
    const result = await client.callTool({ name: call.tool, arguments: call.args, _meta });
    delivery.answer = { ...answerOf(result), tookMs: performance.now() - start };
  } catch {
    // Whether it happened is what the tests ask.
  }
  return delivery;
}

function answerOf(result: unknown): Omit<Answer, "tookMs"> {
  const { content, isError, _meta } = result as {
    content: { text: string }[];
    isError?: boolean;
    _meta?: Record<string, unknown>;
  };
  return {
    isError: isError === true,
    text: content.map(({ text }) => text).join("\n"),
    told: (_meta?.["tachograph/error"] as ErrorPayload | undefined) ?? {},
    replayed: _meta?.["tachograph/replay"] !== undefined,
  };
}
