import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { ClassifiedError } from "../errors/classify-error.ts";
import { classifyError } from "../errors/classify-error.ts";
import { correctable, retryable, verify } from "../errors/tool-error.ts";
import { exampleFor } from "../validation/examples/example-for.ts";
import { jsonSchemaOf } from "../validation/json-schema-of.ts";
import { validateNow } from "../validation/testing-validation.ts";
import { errorResult, type Answer } from "./error-result.ts";
import { retryBudgetExhausted, timedOut, toolError } from "./failure-answers.ts";
import { invalidArguments, invalidOutput, unknownTool } from "./invalid-answers.ts";
import { alreadyDone, held, inFlight, keyConflict, retryLater, unknownOutcome } from "./once-answers.ts";
import { auditUnavailable, denied, internalError, missingScopes, rateLimited } from "./refusal-answers.ts";

const callId = "0198c0de-0000-7000-8000-000000000001";
const tool = "refund_order";
const call = { callId, tool };
const operation = { ...call, operationId: "op-1", originalCallId: "call-1" };
const confirm = { token: "tok-1", argument: "confirm_repeat" };
const at = Date.UTC(2026, 5, 6, 12);

const schema = z.strictObject({
  date: z.iso.date(),
  amount: z.number().max(500),
  lines: z.array(z.object({ id: z.int() })).optional(),
});

describe("invalid arguments", () => {
  test("are told all at once, each with what would be valid, and the call is shown corrected", () => {
    const args = { date: "06/06/2026", amount: "12", lines: [{ id: "x" }], extra: true };
    const result = validateNow(schema, args);
    const issues = result.valid ? [] : result.issues;
    const example = exampleFor(jsonSchemaOf(schema, "input"), args, issues);
    const answer = invalidArguments({ ...call, issues, more: 0, example });
    expect(answer.sentence).toBe(
      "refund_order was not run, because its arguments are not valid. date: expected YYYY-MM-DD, got 06/06/2026 (string); " +
        "amount: expected number <= 500, got 12 (string); lines[0].id: expected integer, got x (string); " +
        "extra: no such parameter; known are date, amount, lines. Correct this and call again. " +
        'Valid would be this, with real values in the place of made-up ones: {"date":"2026-06-06","amount":12,"lines":[{"id":1}]}',
    );
    expect(answer.payload).toEqual({
      code: "invalid_argument",
      retry: "correctable",
      effect: "none",
      param: "/date",
      expected: "YYYY-MM-DD",
      got: "06/06/2026 (string)",
      issues: [
        { param: "/amount", expected: "number <= 500", got: "12 (string)" },
        { param: "/lines/0/id", expected: "integer", got: "x (string)" },
        { param: "/extra", expected: "no such parameter; known are date, amount, lines", got: undefined },
      ],
      example: { date: "2026-06-06", amount: 12, lines: [{ id: 1 }] },
      hint: "Values of the example that are not yours are made up: send the real ones.",
      call_id: callId,
    });
  });

  test("an example of nothing but the caller's own values, as they were meant, is not called made up", () => {
    const args = { date: " 2026-06-06 ", amount: "12", lines: [] };
    const result = validateNow(schema, args);
    const issues = result.valid ? [] : result.issues;
    const example = exampleFor(jsonSchemaOf(schema, "input"), args, issues);
    const { sentence, payload } = invalidArguments({ ...call, issues, more: 0, example });
    expect(sentence).toMatch(/Valid would be: \{"date":"2026-06-06","amount":12\}$/);
    expect(payload).not.toHaveProperty("hint");
  });

  test("beyond the fifth are counted", () => {
    const issues = Array.from({ length: 7 }, (_, index) => ({
      path: `/p${index}`,
      code: "required",
      expected: "required",
      got: undefined,
    }));
    const { sentence, payload } = invalidArguments({ ...call, issues, more: 3 });
    expect(sentence).toContain("p4: required; and 5 more.");
    expect(payload.issues).toHaveLength(4);
  });

  test("echo nothing that is longer than 64 characters, wherever it was sent", () => {
    const word = fc.string({ minLength: 65, maxLength: 300, unit: fc.constantFrom(...Array.from("abcXYZ0189_-")) });
    const words = fc.string({ minLength: 65, maxLength: 300, unit: fc.constantFrom(...Array.from("abc XYZ ")) });
    fc.assert(
      fc.property(fc.oneof(word, words), fc.oneof(word, words), (value, name) => {
        for (const args of [
          { date: value, amount: value },
          { date: "2026-06-06", amount: 5, [name]: value },
          { lines: [{ [name]: value, id: value }] },
        ]) {
          const result = validateNow(schema, args);
          const issues = result.valid ? [] : result.issues;
          const example = exampleFor(jsonSchemaOf(schema, "input"), args, issues);
          const answer = invalidArguments({ ...call, issues, more: 0, example });
          const told = JSON.stringify(errorResult(answer.payload, answer.sentence));
          for (const sent of [value, name]) expect(told).not.toContain(JSON.stringify(sent.slice(0, 65)).slice(1, -1));
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("an invalid result", () => {
  const issues = [{ path: "/total", code: "invalid_type", expected: "number", got: "secret (string)" }];
  test("of a tool that mutates has taken effect, and must not be asked for again", () => {
    const { sentence, payload } = invalidOutput({
      ...call,
      mutability: "mutating",
      issues,
      more: 0,
      readBackWith: "get_order",
    });
    expect(sentence).toContain("Do not call again: what it does has been done. See it with get_order.");
    expect(payload).toMatchObject({
      code: "invalid_output",
      retry: "terminal",
      effect: "applied",
      param: "/total",
      expected: "number",
    });
    expect(payload).not.toHaveProperty("got");
  });
  test("of a tool that reads has not", () => {
    const { sentence, payload } = invalidOutput({ ...call, mutability: "read", issues: [], more: 0 });
    expect(sentence).toBe(
      "refund_order ran, but its result is not of the form that it promises. Calling again will not help.",
    );
    expect(payload.effect).toBe("none");
  });
});

describe("an unknown tool", () => {
  const offered = ["refund_order", "refund_item", "list_orders", "get-weather"];
  test.each([
    ["refnd_order", "refund_order or refund_item"],
    ["refundOrder", "refund_order or refund_item"],
    ["RefundItem", "refund_item"],
    ["get_weather", "get-weather"],
    ["orders.refund_order", "refund_order"],
    ["list_order", "list_orders"],
  ])("%s brings to mind %s", (name, meant) => {
    const { payload } = unknownTool({ callId, tool: name, offered });
    expect(payload.expected?.startsWith(meant.split(" ")[0] as string)).toBe(true);
    expect(payload).toMatchObject({
      code: "unknown_tool",
      retry: "correctable",
      effect: "none",
      hint: `Did you mean ${payload.expected}?`,
    });
  });
  test("that is like no other is answered with the names that there are", () => {
    expect(unknownTool({ callId, tool: "launch", offered }).payload.hint).toBe(
      "There are refund_order, refund_item, list_orders, get-weather.",
    );
    const many = Array.from({ length: 30 }, (_, index) => `tool_number_${index}`);
    expect(unknownTool({ callId, tool: "x", offered: many }).payload.hint).toMatch(/tool_number_11 and 18 more\.$/);
    expect(unknownTool({ callId, tool: "x", offered: [] }).payload.hint).toBe("No tools are offered now.");
  });
  test("with a hostile name is answered all the same", () => {
    const { sentence } = unknownTool({ callId, tool: `${"x".repeat(1_000_000)}\n\u0000`, offered });
    expect(sentence).toContain(`"${"x".repeat(63)}…"`);
  });
});

const busy: ClassifiedError = { code: "http:503", retryClass: "retryable", effect: "none", retryAfterMs: 2_000 };

/** Each answer: what the model reads, and what a program does. */
test.each<[string, Answer, sentence: RegExp, payload: object]>([
  [
    "denied",
    denied({ ...call, rule: "max_amount", reason: "Refunds over 500 need a person" }),
    /was not run: the rule max_amount does not allow this call\. Refunds over 500 need a person\. Asking again will not help/,
    { code: "denied", retry: "terminal", effect: "none" },
  ],
  [
    "missing scopes",
    missingScopes({ ...call, missing: ["refunds:write"] }),
    /it needs the scope refunds:write, which this connection does not have/,
    { code: "missing_scope", retry: "terminal", effect: "none", expected: "scope refunds:write" },
  ],
  [
    "rate limited",
    rateLimited({ ...call, afterMs: 12_000, limit: { calls: 10, windowSeconds: 60 } }),
    /at most 10 calls are allowed in 60 s\. Wait 12 s, then call again\./,
    { code: "rate_limited", retry: "retryable", effect: "none", retry_after_ms: 12_000 },
  ],
  [
    "audit unavailable",
    auditUnavailable({ ...call, afterMs: 5_000 }),
    /must not run unrecorded\. Wait 5 s/,
    { code: "audit_unavailable", retry: "retryable", effect: "none", retry_after_ms: 5_000 },
  ],
  [
    "internal error before",
    internalError({ ...call, begun: false }),
    /was not run: the safety gate in front of it failed/,
    { code: "internal_error", retry: "terminal", effect: "none" },
  ],
  [
    "internal error after",
    internalError({ ...call, begun: true }),
    /it may have taken effect\. Do not call again before you have checked/,
    { code: "internal_error", retry: "verify", effect: "unknown" },
  ],
  [
    "in flight",
    inFlight({ ...operation, afterMs: 2_000 }),
    /is being executed now\. Do not start another one: wait 2 s and repeat this call unchanged/,
    {
      code: "duplicate_in_flight",
      retry: "retryable",
      effect: "none",
      retry_after_ms: 2_000,
      operation_id: "op-1",
      original_call_id: "call-1",
    },
  ],
  [
    "held, twin in flight",
    held({ ...operation, twin: "in_flight", afterMs: 900 }),
    /was not run: an identical call is still being executed.* First wait 900 ms, then check by reading the current state whether it happened/,
    { code: "held", retry: "verify", effect: "none", retry_after_ms: 900 },
  ],
  [
    "held, twin unknown",
    held({ ...operation, twin: "unknown", readBackWith: "get_order", confirm }),
    /nobody knows whether it took effect\. First check with get_order whether it happened; if it did, you are done\. If you are sure that it must run, repeat this call with the argument confirm_repeat: "tok-1"\.$/,
    { code: "held", retry: "verify", effect: "none", confirm_repeat: "tok-1" },
  ],
  [
    "held, by _meta",
    held({ ...operation, twin: "unknown", confirm: { token: "tok-1", metaKey: "tachograph/confirmRepeat" } }),
    /repeat this call with _meta "tachograph\/confirmRepeat": "tok-1"\.$/,
    { confirm_repeat: "tok-1" },
  ],
  [
    "unknown outcome",
    unknownOutcome({ ...operation, readBackWith: "get_order" }),
    /was begun before and cut off: it may have taken effect, so it was not run again\. Check with get_order/,
    { code: "unknown_outcome", retry: "verify", effect: "unknown" },
  ],
  [
    "key conflict",
    keyConflict({ ...operation, byCaller: true, other: "completed", readBackWith: "get_order" }),
    /the idempotency key of this call was used before with other arguments\. It is done: check the current state with get_order first\. For a new operation take a new key/,
    { code: "key_conflict", retry: "terminal", effect: "none" },
  ],
  [
    "conflict of a key that the server takes from the arguments, while the other is unknown",
    keyConflict({ ...operation, byCaller: false, other: "unknown", readBackWith: "get_order" }),
    /name an operation that was asked for before with other details\. Nobody knows whether it happened: check the current state with get_order first\. To repeat it send its arguments unchanged; .* for a person to decide\./,
    { code: "key_conflict", retry: "terminal", effect: "none" },
  ],
  [
    "retry later",
    retryLater({ ...operation, afterMs: 3_000, message: "The bank is busy", code: "bank_busy" }),
    /it is too early for another attempt\. The last attempt failed: The bank is busy\. Wait 3 s/,
    { code: "bank_busy", retry: "retryable", effect: "none", retry_after_ms: 3_000 },
  ],
  [
    "already done",
    alreadyDone({ ...operation, at, readBackWith: "get_order" }),
    /was already done at 2026-06-06T12:00:00\.000Z; it was not run again, and its result is not kept\. Do not repeat it\. See the current state with get_order\./,
    { code: "already_done", retry: "none", effect: "applied" },
  ],
  [
    "timeout of a read",
    timedOut({ ...call, timeoutMs: 1_500, mutability: "read", afterMs: 1_000 }),
    /took longer than 2 s\. Nothing was changed\. Wait 1 s, then call again with the same arguments\./,
    { code: "timeout", retry: "retryable", effect: "none", retry_after_ms: 1_000 },
  ],
  [
    "timeout of a write",
    timedOut({ ...call, timeoutMs: 1_500, mutability: "mutating", afterMs: 1_000, readBackWith: "get_order" }),
    /It may have taken effect\. Do not call again before you have checked with get_order whether it did\./,
    { code: "timeout", retry: "verify", effect: "unknown" },
  ],
  [
    "timeout of an idempotent write",
    timedOut({ ...call, timeoutMs: 1_500, mutability: "mutating", idempotent: true, afterMs: 1_000 }),
    /calling again does no harm\. Wait 1 s/,
    { retry: "retryable", effect: "unknown", retry_after_ms: 1_000 },
  ],
  [
    "a failure to retry",
    toolError({ ...call, message: "503 from the bank", classified: busy }),
    /refund_order failed: 503 from the bank\. Nothing was changed\. Wait 2 s, then call again with the same arguments\./,
    { code: "http:503", retry: "retryable", effect: "none", retry_after_ms: 2_000 },
  ],
  [
    "a failure to look at",
    toolError({
      ...call,
      message: "socket hang up",
      classified: classifyError(Object.assign(new Error("x"), { code: "ECONNRESET" }), "mutating"),
      readBackWith: "get_order",
    }),
    /It may have taken effect\. Do not call again before you have checked with get_order/,
    { code: "ECONNRESET", retry: "verify", effect: "unknown" },
  ],
  [
    "a failure for good",
    toolError({ ...call, message: "", classified: { ...busy, retryClass: "terminal", retryAfterMs: null } }),
    /failed: it gave no reason\. Nothing was changed\. Calling again will not help\./,
    { retry: "terminal", effect: "none" },
  ],
  [
    "a failure after its effect",
    toolError({ ...call, message: "x", classified: { ...busy, retryClass: "terminal", effect: "applied" } }),
    /It took effect all the same\. Calling again will not help\./,
    { retry: "terminal", effect: "applied" },
  ],
  [
    "the last attempt",
    retryBudgetExhausted({ ...call, attempts: 3, effect: "none", message: "503 from the bank" }),
    /failed 3 times; the last time: 503 from the bank\. Nothing was changed\. Do not call again/,
    { code: "retry_budget_exhausted", retry: "terminal", effect: "none" },
  ],
])("%s", (_name, answer, sentence, payload) => {
  expect(answer.sentence).toMatch(sentence);
  expect(answer.payload).toMatchObject({ ...payload, call_id: callId });
  const { text } = errorResult(answer.payload, answer.sentence).content[0];
  expect(text).toContain(answer.sentence);
  expect(text).not.toMatch(/undefined|NaN|\[object|\.\.|  /);
});

test("a repeat that only a person may allow offers no token", () => {
  for (const answer of [
    held({ ...operation, twin: "unknown", confirm, byPerson: true }),
    unknownOutcome({ ...operation, confirm, byPerson: true }),
  ]) {
    expect(answer.sentence).toMatch(/for a person to decide\.$/);
    expect(JSON.stringify(answer)).not.toContain("tok-1");
  }
});

describe("what a handler threw on purpose", () => {
  const told = (error: Error): Answer =>
    toolError({ ...call, message: error.message, classified: classifyError(error, "mutating") });
  test("is told in its own words, with the parameter and what is valid", () => {
    const error = correctable("There is no such order", {
      param: "order_id",
      expected: "an id from list_orders",
      example: { order_id: "ord_1" },
      hint: "List the orders first",
      code: "no_order",
    });
    const { sentence, payload } = told(error);
    expect(sentence).toBe(
      "refund_order failed: There is no such order. order_id: expected an id from list_orders. Nothing was changed. Correct the arguments and call again. List the orders first.",
    );
    expect(payload).toMatchObject({
      code: "no_order",
      retry: "correctable",
      param: "/order_id",
      expected: "an id from list_orders",
      example: { order_id: "ord_1" },
      hint: "List the orders first",
    });
  });
  test("names the tool to look with", () => {
    expect(told(verify("The bank did not answer", { readBackWith: "get_refund" })).sentence).toContain(
      "checked with get_refund whether it did",
    );
  });
  test("says when to come back", () => {
    expect(told(retryable("The bank is busy", { afterMs: 2_000 })).payload).toMatchObject({
      retry: "retryable",
      retry_after_ms: 2_000,
    });
  });
});

test("a failure's message is cut where it may be an echo, and its stack never told", () => {
  const message = `Invalid value "${"v ".repeat(100)}" for ${"w".repeat(100)}\n    at refund (/srv/app/refund.js:1:1)`;
  const { sentence } = toolError({ ...call, message, classified: busy });
  expect(sentence).not.toMatch(/(?:v ){33}|w{65}|\/srv\/app/);
});
