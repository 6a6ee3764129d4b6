import { expect, test } from "vitest";
import { explanationOf } from "./explanation.ts";

const told = {
  outcome: "ok",
  rule: null,
  reason: null,
  errorCode: null,
  errorMessage: null,
  wouldDeny: null,
} as const;

test("a denial is explained by its rule before what the agent was told", () => {
  const denied = { ...told, outcome: "denied", errorCode: "denied", errorMessage: "refund was not run …" } as const;
  expect(explanationOf({ ...denied, rule: "goodwill_limit", reason: "goodwill above 100.00" })).toBe(
    "goodwill_limit: goodwill above 100.00",
  );
  expect(explanationOf(denied)).toBe("refund was not run …");
});

test("the result that a replay tells again is no error, but an error is", () => {
  const replay = { ...told, outcome: "duplicate_replayed", errorMessage: '{"orderId":"ORD-000001"}' } as const;
  expect(explanationOf(replay)).toBeNull();
  expect(explanationOf({ ...replay, errorCode: "failed_before", errorMessage: "it failed before" })).toBe(
    "it failed before",
  );
});

test("a call that went well says only which rules on trial would have denied it", () => {
  expect(explanationOf(told)).toBeNull();
  expect(explanationOf({ ...told, wouldDeny: ["case_named"] })).toBe("on trial: case_named would have denied it");
});

test("a message ends where it goes on for programs, and shows no token", () => {
  const token = `repeat-${"0".repeat(64)}-1-mwufj3-0ca5`;
  const sentence = 'refund was not run. Repeat it with _meta "tachograph/confirmRepeat": ';
  const errorMessage = `${sentence}"${token}".\n{"code":"held","confirm_repeat":"${token}"}`;
  expect(explanationOf({ ...told, outcome: "held", errorMessage })).toBe(`${sentence}"repeat-…".`);
});
