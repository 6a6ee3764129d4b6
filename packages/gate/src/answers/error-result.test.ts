import { effects, MAX_PAYLOAD_BYTES, retryClasses, type ErrorPayload, type PayloadIssue } from "@tachograph/record";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { errorResult, MAX_TEXT_BYTES } from "./error-result.ts";
import { payloadBytes } from "./fit-payload.ts";

const payload: ErrorPayload = {
  code: "invalid_argument",
  retry: "correctable",
  effect: "none",
  param: "/date",
  expected: "YYYY-MM-DD",
  got: "06/06/2026 (string)",
  example: { date: "2026-06-06" },
  call_id: "0198c0de-0000-7000-8000-000000000001",
};
const long = "ä".repeat(400);
const issue: PayloadIssue = { param: "/p", expected: "x ".repeat(100), got: "y ".repeat(30) };

describe("an error result", () => {
  test("is a sentence and a line of JSON, and the same in _meta, and has no structured content", () => {
    expect(errorResult(payload, "refund was not run.")).toEqual({
      isError: true,
      content: [{ type: "text", text: `refund was not run.\n${JSON.stringify(payload)}` }],
      _meta: { "tachograph/error": payload },
    });
  });

  test("leaves out the example first, then what was there, then all issues but the first, then cuts", () => {
    const names = (given: Partial<ErrorPayload>): string[] => Object.keys(fitted({ ...payload, ...given }));
    const core = ["code", "retry", "effect", "param", "expected"];
    expect(names({})).toEqual([...core, "got", "example", "call_id"]);
    expect(names({ issues: [issue, issue, issue] })).toEqual([...core, "got", "issues", "example", "call_id"]);
    const example = { a: "a".repeat(60), b: "b".repeat(60), c: "c".repeat(60) };
    expect(names({ issues: Array.from({ length: 4 }, () => issue), example })).toEqual([
      ...core,
      "got",
      "issues",
      "call_id",
    ]);
    const four = Array.from({ length: 4 }, () => ({ ...issue, expected: "x ".repeat(127) }));
    expect(names({ issues: four })).toEqual([...core, "issues", "call_id"]);
    expect(fitted({ ...payload, issues: four }).issues?.some((one) => "got" in one)).toBe(false);
    expect(names({ issues: four.map((one) => ({ ...one, param: `/${"ä/".repeat(60)}` })) })).toEqual([
      ...core,
      "call_id",
    ]);
    const cut = fitted({
      ...payload,
      param: `/${long}`,
      expected: long,
      hint: long,
      code: long,
      operation_id: long,
      original_call_id: long,
    });
    expect(cut).toHaveProperty("hint");
    expect(payloadBytes(cut)).toBeLessThanOrEqual(MAX_PAYLOAD_BYTES);
  });

  test("has no control characters, no hidden ones and no stack trace", () => {
    const message = [
      "Error: \u001b[31mbroken\u001b[0m\u0000 \u202egnp.exe\u200b",
      "    at Object.<anonymous> (/srv/app/refund.js:12:3)",
      "    at async node:internal/process/task_queues:95:5",
      "Traceback (most recent call last):",
      '  File "/srv/app/refund.py", line 3, in refund',
      "and\u2028that\r\nwas it",
    ].join("\n");
    const { text } = errorResult({ ...payload, hint: message }, message).content[0];
    expect(text.split("\n")).toHaveLength(2);
    expect(text).toContain("Error: broken gnp.exe and that was it\n");
    expect(text).not.toMatch(/\/srv\/app|Traceback|node:internal|\\u/);
  });

  test("never cuts a token: one that is too long is left out", () => {
    expect(fitted({ ...payload, confirm_repeat: "t".repeat(160) }).confirm_repeat).toBe("t".repeat(160));
    expect(fitted({ ...payload, confirm_repeat: "t".repeat(161) })).not.toHaveProperty("confirm_repeat");
  });

  test("has no example with a long text or name, or one that is no JSON", () => {
    const cycle: Record<string, unknown> = {};
    cycle["a"] = cycle;
    for (const example of [
      "x".repeat(65),
      { a: ["x".repeat(65)] },
      { ["n".repeat(65)]: 1 },
      cycle,
      5n,
      () => 1,
      Array.from({ length: 400 }, () => 1),
    ])
      expect(fitted({ ...payload, example })).not.toHaveProperty("example");
    expect(fitted({ ...payload, example: "x".repeat(64) })).toHaveProperty("example");
  });

  test("waits whole milliseconds from now on, or does not say", () => {
    expect(fitted({ ...payload, retry_after_ms: 1.6 }).retry_after_ms).toBe(2);
    expect(fitted({ ...payload, retry_after_ms: -5 }).retry_after_ms).toBe(0);
    for (const odd of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(fitted({ ...payload, retry_after_ms: odd })).not.toHaveProperty("retry_after_ms");
  });

  test("fits, on two lines and without a long echo, whatever is told", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 400 }),
      fc.string({ unit: fc.constantFrom("a", "\\", '"', "\n", " ", "😀", "\ud800", "\u0007"), maxLength: 3_000 }),
    );
    const issues = fc.record<PayloadIssue>(
      { param: text, expected: text, got: text },
      { requiredKeys: ["param", "expected"] },
    );
    const anything = fc.record<ErrorPayload>(
      {
        code: text,
        retry: fc.constantFrom(...retryClasses),
        effect: fc.constantFrom(...effects),
        param: text,
        expected: text,
        got: text,
        issues: fc.array(issues, { maxLength: 8 }),
        example: fc.oneof(fc.anything(), fc.jsonValue()),
        hint: text,
        retry_after_ms: fc.double(),
        original_call_id: text,
        operation_id: text,
        confirm_repeat: text,
        call_id: text,
      },
      { requiredKeys: ["code", "retry", "effect", "call_id"] },
    );
    fc.assert(
      fc.property(anything, text, (given, sentence) => {
        const result = errorResult(given, sentence);
        const block = result.content[0].text;
        const told = result._meta["tachograph/error"];
        const lines = block.split("\n");
        expect(lines).toHaveLength(2);
        expect(JSON.parse(lines[1] as string)).toEqual(JSON.parse(JSON.stringify(told)));
        expect(payloadBytes(told)).toBeLessThanOrEqual(MAX_PAYLOAD_BYTES);
        expect(Buffer.byteLength(block)).toBeLessThanOrEqual(MAX_TEXT_BYTES);
        expect(block.isWellFormed()).toBe(true);
        for (const got of [told.got, ...(told.issues ?? []).map((one) => one.got)])
          expect(got?.length ?? 0).toBeLessThanOrEqual(64);
        expect(told).toMatchObject({ retry: given.retry, effect: given.effect });
        expect(result).not.toHaveProperty("structuredContent");
      }),
      { numRuns: 500 },
    );
  });
});

const fitted = (given: ErrorPayload): ErrorPayload => errorResult(given, "x")._meta["tachograph/error"];
