import { isObject } from "./is-object.ts";

/** Whether a client of either SDK takes this as the result of a tool call. */
export function isToolResult(result: unknown): boolean {
  if (!isObject(result)) return false;
  const { content, structuredContent, isError } = result;
  const hasBlocks =
    Array.isArray(content) &&
    (content as unknown[]).every((block) => isObject(block) && typeof block["type"] === "string");
  // Both SDKs take a result without content where it is structured.
  const isStructured = content === undefined && structuredContent !== undefined;
  return (
    (hasBlocks || isStructured) &&
    (structuredContent === undefined || isObject(structuredContent)) &&
    (isError === undefined || typeof isError === "boolean")
  );
}
