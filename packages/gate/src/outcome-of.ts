import type { Outcome } from "@tachograph/record";
import { isObject } from "./is-object.ts";

/** What the gate saw happen before the answer came. */
export interface Observed {
  /** Whether the tool's handler was entered. */
  begun: boolean;
  /** What it returned, if it did. */
  returned: { result: unknown } | undefined;
  threw: { error: unknown } | undefined;
  /** `false`: certainly no such tool; `undefined`: only the server knows. */
  offered: boolean | undefined;
}

export interface JsonRpcResponse {
  id: unknown;
  result?: unknown;
  error?: { code?: unknown; message?: unknown };
}

const METHOD_NOT_FOUND = -32601;
const URL_ELICITATION_REQUIRED = -32042;

/** Whether a handler asks for more input instead of answering (protocol 2026-07-28). */
export const asksForInput = (result: unknown): boolean =>
  isObject(result) &&
  (result["resultType"] === "input_required" ||
    (!("content" in result) && ("inputRequests" in result || "requestState" in result)));

/** How an answered delivery ended. What happened decides; the answer only tells refusals of the SDK from one another. */
export function outcomeOf(observed: Observed, response: JsonRpcResponse): Outcome {
  const { begun, returned, threw, offered } = observed;
  if (response.error !== undefined) {
    if (response.error.code === URL_ELICITATION_REQUIRED) return "input_required";
    if (threw !== undefined) return offered === false ? "unknown_tool" : "tool_error";
    if (returned !== undefined) return asksForInput(returned.result) ? "tool_error" : "invalid_output";
    return offered === false || response.error.code === METHOD_NOT_FOUND ? "unknown_tool" : "malformed";
  }
  const { result } = response;
  if (isObject(result) && result["isError"] === true) {
    if (!begun) return offered === false ? "unknown_tool" : "invalid_input";
    if (threw !== undefined) return offered === false ? "unknown_tool" : "tool_error";
    const gaveError = isObject(returned?.result) && returned.result["isError"] === true;
    if (!gaveError && returned !== undefined) return "invalid_output";
    return offered === false ? "unknown_tool" : "tool_error";
  }
  if (asksForInput(result)) return "input_required";
  if (isObject(result) && isObject(result["task"]) && !("content" in result)) return "task_started";
  return "ok";
}
