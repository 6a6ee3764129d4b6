import type { Issue } from "@tachograph/record";

const MAX_ISSUES = 20;
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

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

/**
 * Where and how arguments break a schema, without their values: validates again what the SDK refused, since its answer
 * only has a text. Null where the schema cannot say at once.
 */
export function findIssues(schema: unknown, args: unknown): Issue[] | null {
  if (!isObject(schema)) return null;
  try {
    const standard = schema["~standard"] as { validate?: (value: unknown) => unknown } | undefined;
    const safeParse = schema["safeParse"];
    const result: unknown =
      typeof standard?.validate === "function"
        ? standard.validate(args ?? {})
        : typeof safeParse === "function"
          ? (safeParse.call(schema, args ?? {}) as { error?: unknown }).error
          : undefined;
    // Nobody waits for an asynchronous schema here, and what it rejects with must not end the process.
    if (result instanceof Promise) result.catch(() => undefined);
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
  }
}

/** The top-level arguments that issues point at. */
export const failedFieldsOf = (issues: readonly Issue[] | null): string[] => [
  ...new Set(
    (issues ?? [])
      .map(({ path }) => (path.split("/")[1] ?? "").replaceAll("~1", "/").replaceAll("~0", "~"))
      .filter(Boolean),
  ),
];
