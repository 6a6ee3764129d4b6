import { pointerOf, valueAt } from "./pointer.ts";
import { cutText } from "./plain-text.ts";
import { MAX_RENDERED } from "./render-value.ts";
import type { FoundIssue, RenderValue, ValidationResult } from "./validator.ts";

const MAX_ISSUES = 20;
const MAX_EXPECTED = 256;
/** Where showing what is there helps nobody: nothing is, or it should not be there at all. */
const withoutGot = new Set(["required", "unrecognized_keys", "invalid_key", "too_deep", "too_large"]);

const UNTOLD: FoundIssue = { path: [], code: "custom", expected: "another value" };

/** Issues as they are told: each place once, the first 20 of them, with what was there. */
export function invalid(value: unknown, found: readonly FoundIssue[], render: RenderValue): ValidationResult {
  const byPath = new Map<string, FoundIssue>();
  // Whoever finds a value wrong need not say why.
  for (const issue of found.length === 0 ? [UNTOLD] : found) {
    const path = pointerOf(issue.path);
    if (!byPath.has(path)) byPath.set(path, issue);
  }
  const issues = [...byPath].slice(0, MAX_ISSUES).map(([path, issue]) => ({
    path,
    code: issue.code.slice(0, MAX_RENDERED),
    expected: cutText(issue.expected, MAX_EXPECTED),
    got: withoutGot.has(issue.code) ? undefined : shown(valueAt(value, issue.path), path, render),
  }));
  return { valid: false, issues, more: byPath.size - issues.length };
}

function shown(value: unknown, path: string, render: RenderValue): string | undefined {
  try {
    const text = render(value, path);
    return text === undefined ? undefined : cutText(text, MAX_RENDERED);
  } catch {
    return undefined;
  }
}
