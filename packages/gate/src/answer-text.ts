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
