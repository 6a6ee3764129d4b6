import type { Issue } from "@tachograph/record";
import { isObject } from "./is-object.ts";

const MAX_ISSUES = 20;
/** RFC 6901. */
const pointer = (path: readonly unknown[]): string =>
  path
    .map(
      (segment) =>
        `/${String(isObject(segment) ? segment["key"] : segment)
          .replaceAll("~", "~0")
          .replaceAll("/", "~1")}`,
    )
    .join("")
    .slice(0, 256);

/** The SDK has just waited for the same validation, so it is no long wait; an answer is not held up for longer. */
const MAX_WAIT_MS = 500;

/**
 * Where and how arguments break a schema, without their values: validates again what the SDK refused, since its answer
 * only has a text. Null where the schema does not say.
 */
export async function findIssues(schema: unknown, args: unknown): Promise<Issue[] | null> {
  if (!isObject(schema)) return null;
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, MAX_WAIT_MS).unref();
  });
  try {
    const result = await Promise.race([validate(schema, args ?? {}), tooLong]);
    const issues = isObject(result) ? result["issues"] : undefined;
    if (!Array.isArray(issues)) return null;
    return (issues as unknown[])
      .filter(isObject)
      .slice(0, MAX_ISSUES)
      .map((issue) => ({
        path: pointer(Array.isArray(issue["path"]) ? issue["path"] : []),
        code: typeof issue["code"] === "string" ? issue["code"].slice(0, 64) : "invalid",
      }));
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

/** Zod's own asynchronous way first: asked for a Standard Schema it tries in step, and leaves a rejection that ends the process. */
async function validate(schema: Record<string, unknown>, args: unknown): Promise<unknown> {
  const { safeParseAsync, "~standard": standard } = schema;
  if (typeof safeParseAsync === "function") {
    const parsed: unknown = await safeParseAsync.call(schema, args);
    return isObject(parsed) ? parsed["error"] : undefined;
  }
  const validateStandard = isObject(standard) ? standard["validate"] : undefined;
  return typeof validateStandard === "function" ? validateStandard.call(standard, args) : undefined;
}

/** The top-level arguments that issues point at. */
export const failedFieldsOf = (issues: readonly Issue[] | null): string[] => [
  ...new Set(
    (issues ?? [])
      .map(({ path }) => (path.split("/")[1] ?? "").replaceAll("~1", "/").replaceAll("~0", "~"))
      .filter(Boolean),
  ),
];
