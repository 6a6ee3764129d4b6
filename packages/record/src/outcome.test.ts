import { describe, expect, test } from "vitest";
import {
  effects,
  outcomeFacts,
  outcomes,
  retryClasses,
  verdictOf,
  type Effect,
  type Outcome,
  type RetryClass,
} from "./outcome.ts";

type Answer = [effect: Effect, retryClass: RetryClass];
/** The table of the design, for a read and a mutating tool, before and after its handler began. */
const table: Record<Outcome, { read: Answer; readBegun: Answer; mutating: Answer; mutatingBegun: Answer }> = {
  ok: always(["none", "none"], ["applied", "none"]),
  tool_error: always(["none", "terminal"], ["unknown", "verify"]),
  invalid_input: always(["none", "correctable"]),
  invalid_output: always(["none", "terminal"], ["applied", "terminal"]),
  unknown_tool: always(["none", "correctable"]),
  malformed: always(["none", "terminal"]),
  unauthenticated: always(["none", "terminal"]),
  denied: always(["none", "terminal"]),
  rate_limited: always(["none", "retryable"]),
  approval_pending: always(["none", "retryable"]),
  duplicate_replayed: always(["none", "none"], ["applied", "none"]),
  duplicate_in_flight: always(["none", "retryable"]),
  key_conflict: always(["none", "terminal"]),
  held: always(["none", "verify"]),
  input_required: always(["none", "none"]),
  task_started: always(["unknown", "none"]),
  timeout: { ...always(["none", "retryable"]), mutatingBegun: ["unknown", "verify"] },
  cancelled: { ...always(["none", "retryable"]), mutatingBegun: ["unknown", "verify"] },
  indeterminate: always(["unknown", "verify"]),
  upstream_unavailable: { ...always(["none", "retryable"]), mutatingBegun: ["unknown", "verify"] },
  audit_unavailable: always(["none", "retryable"]),
  internal_error: {
    ...always(["none", "terminal"]),
    readBegun: ["unknown", "verify"],
    mutatingBegun: ["unknown", "verify"],
  },
};

function always(read: Answer, mutating: Answer = read): (typeof table)[Outcome] {
  return { read, readBegun: read, mutating, mutatingBegun: mutating };
}
const answer = (...args: Parameters<typeof verdictOf>): Answer => {
  const { effect, retryClass } = verdictOf(...args);
  return [effect, retryClass];
};

describe.each(outcomes)("%s", (outcome) => {
  const expected = table[outcome];
  test("of a tool that reads", () => {
    expect(answer(outcome, "read", false)).toEqual(expected.read);
    expect(answer(outcome, "read", true)).toEqual(expected.readBegun);
  });

  test.each(["mutating", "destructive"] as const)("of a %s tool", (mutability) => {
    expect(answer(outcome, mutability, false)).toEqual(expected.mutating);
    expect(answer(outcome, mutability, true)).toEqual(expected.mutatingBegun);
  });

  test("has facts that its verdicts keep to", () => {
    const facts = outcomeFacts[outcome];
    for (const begun of [false, true]) {
      for (const mutability of ["read", "mutating"] as const) {
        const [effect, retryClass] = answer(outcome, mutability, begun);
        expect(effects).toContain(effect);
        expect(retryClasses).toContain(retryClass);
        if (facts.retryClass !== "by_case") expect(retryClass).toBe(facts.retryClass);
        if (facts.effect === "none" || facts.refusal) expect(effect).toBe("none");
      }
    }
  });
});

test("the closed set is the design's", () => {
  expect(outcomes).toEqual(Object.keys(table));
  expect(outcomes.filter((outcome) => outcomeFacts[outcome].refusal)).toEqual([
    "invalid_input",
    "unknown_tool",
    "malformed",
    "unauthenticated",
    "denied",
    "rate_limited",
    "approval_pending",
    "duplicate_in_flight",
    "key_conflict",
    "held",
    "audit_unavailable",
  ]);
});
