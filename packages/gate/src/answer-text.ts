import { ERROR_META_KEY } from "@tachograph/record";
import { isObject } from "./is-object.ts";

/** The message of whatever was thrown or sent as an error; null where it has none. */
export function messageOf(error: unknown): string | null {
  if (typeof error === "string") return error;
  if (!isObject(error)) return null;
  try {
    return typeof error["message"] === "string" ? error["message"] : null;
  } catch {
    return null;
  }
}

/** The first text block of a tool result; null where it has none. */
export function firstText(result: unknown): string | null {
  const content = isObject(result) ? result["content"] : undefined;
  if (!Array.isArray(content)) return null;
  const block = (content as unknown[]).find((item) => isObject(item) && typeof item["text"] === "string");
  return isObject(block) ? String(block["text"]) : null;
}

/** What an answer says went wrong; null where it is a success. Of the gate's own answers the sentence alone. */
export function faultIn({ result, error }: { result?: unknown; error?: unknown }): string | null {
  if (error !== undefined) return messageOf(error);
  if (!isObject(result) || result["isError"] !== true) return null;
  const text = firstText(result);
  const isOwn = isObject(result["_meta"]) && result["_meta"][ERROR_META_KEY] !== undefined;
  return isOwn ? (text?.split("\n", 1)[0] ?? null) : text;
}
