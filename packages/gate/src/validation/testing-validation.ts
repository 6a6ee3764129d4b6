import { createValidator, type ValidatorOptions } from "./create-validator.ts";
import type { ValidationResult } from "./validator.ts";

/** Validates in step; a schema that waits is a mistake of the test. */
export function validateNow(schema: unknown, value: unknown, options?: ValidatorOptions): ValidationResult {
  const result = createValidator(schema, options)?.validate(value);
  if (result === undefined || result instanceof Promise) throw new TypeError("not validated in step");
  return result;
}

/** `path code`, in the order in which they are told; empty where the value is valid. */
export const codesOf = (result: ValidationResult): string[] =>
  result.valid ? [] : result.issues.map(({ path, code }) => `${path} ${code}`);

/** What would be valid, by path. */
export const expectedOf = (result: ValidationResult): Record<string, string> =>
  result.valid ? {} : Object.fromEntries(result.issues.map(({ path, expected }) => [path, expected]));
