import { isObject } from "../is-object.ts";
import { issuesOfLibrary } from "./library-issues.ts";
import type { Check, Finding } from "./validator.ts";

/**
 * Any library of Standard Schema: valibot, arktype, …
 *
 * @throws {TypeError} where a schema cannot validate.
 */
export function standardCheck(schema: object, jsonSchema: () => unknown): Check {
  const standard = (schema as Record<string, unknown>)["~standard"];
  const validate = isObject(standard) ? standard["validate"] : undefined;
  if (typeof validate !== "function") throw new TypeError("the schema has no way to validate");
  const finding = (value: unknown, result: unknown): Finding => {
    if (!isObject(result)) throw new TypeError("the schema gave no result");
    if (result["issues"] === undefined) return { value: result["value"] };
    return { found: issuesOfLibrary(result["issues"], { value, jsonSchema: jsonSchema() }) };
  };
  return (value) => {
    const result: unknown = validate.call(standard, value);
    return result instanceof Promise ? result.then((settled) => finding(value, settled)) : finding(value, result);
  };
}
