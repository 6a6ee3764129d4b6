import { expect, test } from "vitest";
import { mayHaveHappenedTwice } from "./happened-twice.ts";

type Attempt = Parameters<typeof mayHaveHappenedTwice>[0];

const attempt = (id: string, more: Partial<Attempt> = {}): Attempt => ({
  id,
  mutability: "destructive",
  effect: "applied",
  outcome: "ok",
  retryOf: null,
  retryKind: "first",
  operationId: null,
  ...more,
});
const either = (one: Attempt, other: Attempt): boolean[] => [
  mayHaveHappenedTwice(one, [one, other]),
  mayHaveHappenedTwice(other, [one, other]),
];

test("a repeat that acted again may have happened twice", () => {
  const again = attempt("b", { retryOf: "a", retryKind: "repeat" });
  expect(either(attempt("a"), again)).toEqual([true, true]);
  expect(either(attempt("a", { effect: "unknown", outcome: "cancelled" }), again)).toEqual([true, true]);
});

test("a replay acted only once, whatever effect it carries", () => {
  const replay = attempt("b", {
    outcome: "duplicate_replayed",
    retryOf: "a",
    retryKind: "redelivery",
    operationId: "op",
  });
  expect(either(attempt("a", { operationId: "op" }), replay)).toEqual([false, false]);
});

test("two executions of one operation may have been two effects, though neither repeats the other", () => {
  const cut = attempt("a", { effect: "unknown", outcome: "tool_error", operationId: "op" });
  expect(either(cut, attempt("c", { operationId: "op" }))).toEqual([true, true]);
  expect(either(attempt("a", { effect: "none", operationId: "op" }), attempt("c", { operationId: "op" }))).toEqual([
    false,
    false,
  ]);
});

test("what reads, and what has nothing to do with it, did not", () => {
  expect(either(attempt("a", { mutability: "read" }), attempt("b", { mutability: "read", retryOf: "a" }))).toEqual([
    false,
    false,
  ]);
  expect(either(attempt("a"), attempt("b"))).toEqual([false, false]);
});
