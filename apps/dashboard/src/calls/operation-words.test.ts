import { operationStates } from "@tachograph/record";
import { describe, expect, test } from "vitest";
import type { OperationView } from "./operation-view.ts";
import { describeEffect, describeOperation, relationToOriginal } from "./operation-words.ts";

const operation = (more: Partial<OperationView> = {}): OperationView => ({
  id: "op",
  state: "completed",
  effect: "applied",
  executions: 1,
  deliveries: 2,
  executedBy: "a",
  settledAtMs: 0,
  retryAtMs: null,
  isAbandoned: false,
  isLate: false,
  resolvedBy: null,
  resolvedReason: null,
  ...more,
});

test("an operation that was delivered twice says that it was executed once", () => {
  expect(describeOperation(operation())).toBe("Executed once, delivered 2 times: the change was made.");
});

test("each state is described, and says how often it was executed", () => {
  const texts = operationStates.map((state) => describeOperation(operation({ state, executions: 3 })));
  expect(new Set(texts).size).toBe(operationStates.length);
  for (const text of texts) expect(text).toMatch(/^Executed 3 times, delivered 2 times: .+\.$/);
});

describe("the effect of a call whose answer nobody heard", () => {
  const call = { effect: "unknown", outcome: "cancelled" } as const;
  test("is told from what became of its operation since", () => {
    expect(describeEffect(call, operation())).toMatchObject({
      isFoundOut: true,
      text: expect.stringMatching(/It was\.$/),
    });
    expect(describeEffect(call, operation({ effect: "none" })).text).toMatch(/It was not\.$/);
  });

  test("stays open where nothing was found out", () => {
    for (const known of [null, operation({ state: "unknown", effect: "unknown" })])
      expect(describeEffect(call, known)).toEqual({
        text: "The change may or may not have been made.",
        isOpen: true,
        isFoundOut: false,
      });
  });
});

test("a replay says whose result it is, and a hold whether the other call runs or is unknown", () => {
  const told = (outcome: Parameters<typeof relationToOriginal>[0]["outcome"], reason: string | null = null): string =>
    relationToOriginal({ outcome, errorCode: null, reason }).join("X");
  expect(told("duplicate_replayed")).toBe("Answered with the result of X; nothing was executed again.");
  expect(told("held", "nobody knows whether an identical call happened")).toMatch(/^Nobody knew what had come of X/);
  expect(told("held", "an identical call is being executed")).toMatch(/^The same was being executed by X/);
});
