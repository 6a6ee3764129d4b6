import { retryingKinds, type CallRecord } from "@tachograph/record";
import { firstText, messageOf } from "../answer-text.ts";
import { errorResult, type Answer } from "../answers/error-result.ts";
import { retryBudgetExhausted, timedOut, toolError } from "../answers/failure-answers.ts";
import { internalError } from "../answers/refusal-answers.ts";
import { invalidOutput } from "../answers/invalid-answers.ts";
import type { Ruling } from "../judge-answer.ts";
import { createErrorClassifier, type ClassifiedError, type ErrorClassifier } from "../errors/classify-error.ts";
import type { ErrorRule } from "../errors/error-rule.ts";
import { retryAfter, withinRetryBudget } from "../errors/retry-after.ts";
import { isObject } from "../is-object.ts";
import { isToolResult } from "../is-tool-result.ts";
import { outcomeOf } from "../outcome-of.ts";
import type { ArgumentIssue } from "../validation/validator.ts";
import type { Ended } from "./execute-call.ts";
import { isThenable, told, type GatedCall } from "./gated-call.ts";

/** How an execution ended, what that means, and what the agent is told. */
export interface Ending {
  ruling: Ruling;
  /** What the SDK sends: a result, or an error that it makes a JSON-RPC error of. */
  answer: { result: unknown } | { error: unknown };
}

/** Where an execution stands among the attempts of its operation. */
export interface Attempt {
  number: number;
  operationId?: string;
  /** What it did was rolled back. */
  rolledBack?: boolean;
}

/** Hands the answer on, and tells the row what the gate makes of it. */
export function finish({ delivery }: GatedCall, { ruling, answer }: Ending): unknown {
  delivery.decide(ruling);
  if ("error" in answer) throw answer.error;
  return answer.result;
}

/** Judges an execution by what the gate saw of it. */
export async function judge(
  gated: GatedCall,
  ended: Ended,
  attempt: Attempt = attemptOf(gated.delivery.call),
): Promise<Ending> {
  try {
    return await judgeEnded(gated, ended, attempt);
  } catch (cause) {
    return unreadableEnding(gated, cause);
  }
}

async function judgeEnded(gated: GatedCall, ended: Ended, attempt: Attempt): Promise<Ending> {
  if (ended.kind === "timeout") return timeout(gated, ended.timeoutMs, attempt);
  const { delivery } = gated;
  const response =
    ended.kind === "returned"
      ? { id: delivery.rpcId, result: ended.result }
      : { id: delivery.rpcId, error: { code: codeOf(ended.error), message: messageOf(ended.error) } };
  const outcome = outcomeOf(delivery.observed, response);
  const answer = ended.kind === "returned" ? { result: ended.result } : { error: ended.error };
  switch (outcome) {
    case "tool_error":
      return failure(gated, ended, attempt);
    case "invalid_output":
      return brokenOutput(gated, []);
    case "ok":
      return checkOutput(gated, { ruling: rulingOf("ok", delivery.call), answer });
    case "unknown_tool":
    case "malformed":
    case "invalid_input":
      // What began is not undone by what became of the tool meanwhile.
      return delivery.observed.begun
        ? failure(gated, ended, attempt)
        : { ruling: rulingOf(outcome, delivery.call), answer };
    default:
      return { ruling: rulingOf(outcome, delivery.call), answer };
  }
}

/** What cannot even be looked at: it began, and nobody knows how it ended. */
function unreadableEnding(gated: GatedCall, cause: unknown): Ending {
  const { gate, delivery, tool } = gated;
  const { begun } = delivery.observed;
  gate.recorder.report({ code: "gate_fault", message: `the gate could not judge how a call of ${tool} ended`, cause });
  return ending(gated, "internal_error", internalError({ callId: delivery.call.id, tool, begun }), {
    reason: "the gate could not judge how the call ended",
  });
}

/** A delivery that is no retry begins to count anew. */
const attemptOf = ({ retryKind, attempt }: CallRecord): Attempt => ({
  number: retryingKinds.includes(retryKind) ? attempt : 1,
});

const codeOf = (error: unknown): unknown => (isObject(error) ? error["code"] : undefined);

const changes = (call: CallRecord): boolean => call.mutability !== "read";

function rulingOf(outcome: Ruling["outcome"], call: CallRecord): Ruling {
  switch (outcome) {
    case "ok":
      return { outcome, effect: changes(call) ? "applied" : "none", retryClass: "none" };
    case "invalid_output":
      return { outcome, effect: changes(call) ? "applied" : "none", retryClass: "terminal" };
    case "task_started":
      return { outcome, effect: "unknown", retryClass: "none" };
    case "input_required":
      return { outcome, effect: "none", retryClass: "none" };
    case "malformed":
      return { outcome, effect: "none", retryClass: "terminal" };
    default:
      return { outcome, effect: "none", retryClass: "correctable" };
  }
}

function timeout(gated: GatedCall, timeoutMs: number, attempt: Attempt): Ending {
  const { delivery, tool, policy } = gated;
  const { id: callId, mutability } = delivery.call;
  const idempotent = policy.once?.mode === "idempotent";
  const answer = timedOut({
    callId,
    tool,
    timeoutMs,
    mutability: attempt.rolledBack === true ? "read" : mutability,
    idempotent,
    afterMs: retryAfter(attempt.number, null),
    ...lookUp(gated),
    ...ofOperation(attempt),
  });
  return ending(gated, "timeout", answer, { reason: `the tool took longer than ${timeoutMs} ms` });
}

/** A tool that threw, or answered with an error. */
function failure(gated: GatedCall, ended: Exclude<Ended, { kind: "timeout" }>, attempt: Attempt): Ending {
  const { threw } = gated.delivery.observed;
  if (ended.kind === "rejected") return failureOf(gated, threw?.error ?? ended.error, attempt, { error: ended.error });
  const answer = { result: ended.result };
  return threw === undefined
    ? returnedFailure(gated, ended.result, attempt, answer)
    : failureOf(gated, threw.error, attempt, answer);
}

/**
 * What was thrown is for the error table.
 *
 * @param asIs - What is passed on where the tool's failures are.
 */
export function failureOf(
  gated: GatedCall,
  error: unknown,
  attempt: Attempt,
  asIs: Ending["answer"] = { error },
): Ending {
  const classified = classify(gated, error, attempt);
  const ruling = failureRuling(classified, gated.delivery.texts.clean(classified.code, 64));
  if (gated.policy.errors === undefined) return { ruling, answer: asIs };
  return { ruling, answer: { result: told(gated, failureAnswer(gated, messageOf(error), classified, attempt)) } };
}

/**
 * What a tool returns as an error is the author's own words: they stay, and what they mean comes behind. Only a predicate
 * of the author's can say what that is: a result is no error, whatever members it has.
 */
function returnedFailure(gated: GatedCall, result: unknown, attempt: Attempt, asIs: Ending["answer"]): Ending {
  const rule = (gated.policy.errors ?? []).find(({ match }) => typeof match === "function" && matches(match, result));
  const rules = rule === undefined ? [] : [{ ...rule, match: () => true, code: rule.code ?? "tool_error" }];
  const classified = classify(gated, new ReturnedError(), attempt, rules);
  const ruling = failureRuling(classified, classified.code);
  if (gated.policy.errors === undefined || !isObject(result)) return { ruling, answer: asIs };
  const answer = failureAnswer(gated, firstText(result), classified, attempt);
  return { ruling, answer: { result: withMeaning(result, answer) } };
}

/** Stands for an error that was returned. */
class ReturnedError extends Error {
  override readonly name = "tool_error";
}

function matches(predicate: (error: unknown) => boolean, result: unknown): boolean {
  try {
    return predicate(result);
  } catch {
    return false;
  }
}

function classify(
  { delivery, policy }: GatedCall,
  error: unknown,
  attempt: Attempt,
  rules: readonly ErrorRule[] = policy.errors ?? NO_RULES,
): ClassifiedError {
  const seen = classifierOf(rules)(error, {
    mutability: delivery.call.mutability,
    idempotent: policy.once?.mode === "idempotent",
  });
  // What was rolled back did not happen, whatever the error says.
  const undone: ClassifiedError =
    attempt.rolledBack === true && seen.effect !== "none"
      ? { ...seen, effect: "none", retryClass: seen.retryClass === "verify" ? "retryable" : seen.retryClass }
      : seen;
  const within = policy.errors === undefined ? undone : withinRetryBudget(undone, attempt.number);
  if (within.retryClass !== "retryable") return within;
  return { ...within, retryAfterMs: retryAfter(attempt.number, within.retryAfterMs) };
}

const failureRuling = ({ effect, retryClass, retryAfterMs }: ClassifiedError, errorCode: string): Ruling => ({
  outcome: "tool_error",
  effect,
  retryClass,
  errorCode,
  retryAfterMs,
});

function failureAnswer(gated: GatedCall, said: string | null, classified: ClassifiedError, attempt: Attempt): Answer {
  const { delivery, tool } = gated;
  const facts = {
    callId: delivery.call.id,
    tool,
    message: delivery.texts.clean(said ?? "", MAX_MESSAGE),
    ...lookUp(gated),
    ...ofOperation(attempt),
  };
  return classified.code === "retry_budget_exhausted"
    ? retryBudgetExhausted({ ...facts, attempts: attempt.number, effect: classified.effect })
    : toolError({ ...facts, classified });
}

const MAX_MESSAGE = 1_000;

function withMeaning(result: Record<string, unknown>, { payload, sentence }: Answer): unknown {
  const { content, _meta: meta } = errorResult(payload, sentence);
  const json = content[0].text.slice(content[0].text.lastIndexOf("\n") + 1);
  const own = Array.isArray(result["content"]) ? (result["content"] as unknown[]) : [];
  return {
    ...result,
    content: [...own, { type: "text", text: json }],
    _meta: { ...(isObject(result["_meta"]) ? result["_meta"] : {}), ...meta },
  };
}

const NO_RULES: readonly ErrorRule[] = [];
const classifiers = new WeakMap<readonly ErrorRule[], ErrorClassifier>();
function classifierOf(rules: readonly ErrorRule[]): ErrorClassifier {
  const known = classifiers.get(rules) ?? createErrorClassifier(rules);
  classifiers.set(rules, known);
  return known;
}

/** A server that registers its tools has validated; of another one the gate looks at the result. */
async function checkOutput(gated: GatedCall, seen: Ending): Promise<Ending> {
  const { gate, tool, policy } = gated;
  const result = "result" in seen.answer ? seen.answer.result : undefined;
  if (!isToolResult(result)) return brokenOutput(gated, []);
  if (!policy.validate || gate.contracts.registeredTool(tool) !== undefined) return seen;
  let validator;
  try {
    validator = gate.contracts.validatorOf(tool, "output");
  } catch (cause) {
    gate.recorder.report({
      code: "schema_unusable",
      message: `the output schema of ${tool} cannot be used, so that its results are not validated`,
      cause,
    });
  }
  if (validator === undefined) return seen;
  const checking = validator.validate((result as Record<string, unknown>)["structuredContent"]);
  const checked = isThenable(checking) ? await checking : checking;
  return checked.valid ? seen : brokenOutput(gated, checked.issues, checked.more);
}

function brokenOutput(gated: GatedCall, issues: readonly ArgumentIssue[], more = 0): Ending {
  const { delivery, tool } = gated;
  const { id: callId, mutability } = delivery.call;
  const answer = invalidOutput({ callId, tool, mutability, issues, more, ...lookUp(gated) });
  const found = issues.map(({ path, code }) => ({ path, code }));
  return ending(gated, "invalid_output", answer, found.length === 0 ? {} : { issues: found });
}

function ending(
  gated: GatedCall,
  outcome: Ruling["outcome"],
  answer: Answer,
  more: Pick<Ruling, "reason" | "issues">,
): Ending {
  const { code, effect, retry, retry_after_ms: afterMs } = answer.payload;
  return {
    ruling: { outcome, effect, retryClass: retry, errorCode: code, retryAfterMs: afterMs ?? null, ...more },
    answer: { result: told(gated, answer) },
  };
}

const lookUp = ({ policy }: GatedCall): { readBackWith?: string } =>
  policy.once?.readBackWith === undefined ? {} : { readBackWith: policy.once.readBackWith };

const ofOperation = ({ operationId }: Attempt): { operationId?: string } =>
  operationId === undefined ? {} : { operationId };
