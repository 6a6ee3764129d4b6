import { verdictOf, type Mutability, type Verdict } from "@tachograph/record";
import type { ErrorRule } from "./error-rule.ts";
import {
  chainOf,
  MAX_CAUSES,
  membersOf,
  namesField,
  read,
  retryAfterMsOf,
  signalsOf,
  type ErrorFields,
} from "./error-signals.ts";
import { errorTable, type ErrorTableRow } from "./error-table.ts";
import { isToolError, type ToolError } from "./tool-error.ts";

export { parseRetryAfter } from "./error-signals.ts";

export interface ClassifiedError extends Verdict {
  /** The signal that decided, such as `ECONNREFUSED` or `http:503`, or the author's own code; else the error's name. */
  code: string;
  /** What the upstream or the author asked for, in milliseconds. */
  retryAfterMs: number | null;
  /** What the author tells the agent to do now. */
  hint?: string;
  /** What a handler threw with `retryable()`, `correctable()`, `verify()` or `terminal()`: its message is for the agent. */
  thrown?: ToolError;
}

/** The tool that threw. */
export interface FailedTool {
  mutability: Mutability;
  /** Trying again does no harm, so that nobody must look first. @defaultValue false */
  idempotent?: boolean;
}

/** What a thrown error means for the next attempt. Never throws. */
export type ErrorClassifier = (error: unknown, tool: FailedTool) => ClassifiedError;

const rowBySignal = new Map<string, ErrorTableRow>(
  errorTable.flatMap((row) => row.signals.map((signal) => [signal, row] as const)),
);
/** Errors of all branches of an AggregateError together. */
const MAX_SEEN = 100;
const MAX_CODE_LENGTH = 64;
/** Faults of the handler: a network library wraps its failures in these, so a cause goes before them. */
const handlerFaults = new Set(["TypeError", "ReferenceError", "RangeError"]);

/**
 * A classifier that knows the author's own errors too. What a handler threw with `retryable()` and the like goes before
 * these rules, and they before the error table; of the rules, the first that matches wins.
 */
export function createErrorClassifier(rules: readonly ErrorRule[] = []): ErrorClassifier {
  return (error, { mutability, idempotent = false }) => {
    const classified = classify(error, mutability, rules, new Set());
    if (idempotent && classified.retryClass === "verify") classified.retryClass = "retryable";
    return classified;
  };
}

const classifyByTable = createErrorClassifier();

/**
 * What a thrown error means for the next attempt: walks `cause` at most 10 deep and takes the first signal that the
 * error table knows. Unclassified, a mutating tool may have acted.
 */
export const classifyError = (error: unknown, mutability: Mutability): ClassifiedError =>
  classifyByTable(error, { mutability });

function classify(
  error: unknown,
  mutability: Mutability,
  rules: readonly ErrorRule[],
  seen: Set<unknown>,
): ClassifiedError {
  const chain = chainOf(error);
  for (const link of chain) seen.add(link);
  const links = chain.map((link) => ({ link, signals: signalsOf(link) }));
  const retryAfterMs = chain.map(retryAfterMsOf).find((value) => value !== null) ?? null;
  const said = saidByAuthor(error, links, rules, mutability);
  if (said !== undefined) return { ...said, retryAfterMs: said.retryAfterMs ?? retryAfterMs };
  // Node names an AggregateError after its first member only.
  const members = chain
    .flatMap(membersOf)
    .filter((member) => !seen.has(member))
    .slice(0, MAX_CAUSES);
  if (members.length > 0 && seen.size < MAX_SEEN) {
    const verdicts = members.map((member) => classify(member, mutability, rules, seen));
    const [first] = verdicts;
    if (first !== undefined) return verdicts.find(({ retryClass }) => retryClass === "verify") ?? first;
  }
  return { retryAfterMs, ...classifiedByTable(links, mutability) };
}

interface Link {
  link: ErrorFields;
  signals: readonly string[];
}

function classifiedByTable(links: readonly Link[], mutability: Mutability): Verdict & { code: string } {
  const found = links
    .flatMap(({ link, signals }) => signals.map((signal) => ({ signal, link })))
    .filter(({ signal }) => rowBySignal.has(signal));
  const match = found.find(({ signal }) => !handlerFaults.has(signal)) ?? found[0];
  const row = match && rowBySignal.get(match.signal);
  if (match === undefined || row === undefined) {
    const name = links[0] && read(links[0].link, "name");
    const code = typeof name === "string" && name !== "" ? name.slice(0, MAX_CODE_LENGTH) : "unclassified";
    return { code, ...verdictOf("tool_error", mutability, true) };
  }
  const verdict: Verdict =
    mutability === "read"
      ? { effect: "none", retryClass: row.read }
      : { effect: row.mutating.effect, retryClass: row.mutating.retryClass };
  if ((match.signal === "http:400" || match.signal === "http:422") && namesField(match.link))
    verdict.retryClass = "correctable";
  return { code: match.signal, ...verdict };
}

/** What the author said of an error: where it was thrown, else in the rules. */
function saidByAuthor(
  error: unknown,
  links: readonly Link[],
  rules: readonly ErrorRule[],
  mutability: Mutability,
): ClassifiedError | undefined {
  const reads = mutability === "read";
  // Nothing can have happened that one would have to look for.
  const forReads = (verdict: Verdict): Verdict =>
    reads
      ? { effect: "none", retryClass: verdict.retryClass === "verify" ? "retryable" : verdict.retryClass }
      : verdict;
  const thrown = links.map(({ link }) => link as unknown).find(isToolError);
  if (thrown !== undefined) {
    const { code, effect, retryClass, hint, afterMs } = thrown;
    return {
      code: code.slice(0, MAX_CODE_LENGTH),
      retryAfterMs: afterMs ?? null,
      ...forReads({ effect, retryClass }),
      ...(hint === undefined ? {} : { hint }),
      thrown,
    };
  }
  for (const { match, retry, effect, code, hint, afterMs } of rules) {
    const signal = matchingSignal(match, error, links);
    if (signal === undefined) continue;
    return {
      code: (code ?? signal).slice(0, MAX_CODE_LENGTH),
      retryAfterMs: links.map(({ link }) => retryAfterMsOf(link)).find((value) => value !== null) ?? afterMs ?? null,
      ...forReads({ retryClass: retry, effect: effect ?? (retry === "verify" ? "unknown" : "none") }),
      ...(hint === undefined ? {} : { hint }),
    };
  }
  return undefined;
}

/** The signal by which a rule matches; for a predicate, what the error calls itself. */
function matchingSignal(match: ErrorRule["match"], error: unknown, links: readonly Link[]): string | undefined {
  if (typeof match === "function") {
    const link = links.find((candidate) => matches(match, candidate.link));
    // A handler may throw a text, which is no link of a chain.
    if (link === undefined) return links.length === 0 && matches(match, error) ? "unclassified" : undefined;
    return link.signals[0] ?? "unclassified";
  }
  const sought = typeof match === "string" ? [match] : match;
  return links.flatMap(({ signals }) => signals).find((signal) => sought.includes(signal));
}

function matches(predicate: (error: unknown) => boolean, error: unknown): boolean {
  try {
    return predicate(error);
  } catch {
    // Written for one kind of error, asked of another.
    return false;
  }
}
