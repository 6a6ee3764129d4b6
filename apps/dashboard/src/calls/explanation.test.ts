import { expect, test } from "vitest";
import { explanationOf } from "./explanation.ts";

const told = {
  rule: null,
  reason: null,
  errorCode: null,
  errorMessage: null,
  wouldDeny: null,
} as const;

test("a denial is explained by its rule before what the agent was told", () => {
  const denied = { ...told, errorCode: "denied", errorMessage: "refund was not run …" } as const;
  expect(explanationOf({ ...denied, rule: "goodwill_limit", reason: "goodwill above 100.00" })).toBe(
    "goodwill_limit: goodwill above 100.00",
  );
  expect(explanationOf(denied)).toBe("refund was not run …");
});

test("a call that went well says only which rules on trial would have denied it", () => {
  expect(explanationOf(told)).toBeNull();
  expect(explanationOf({ ...told, wouldDeny: ["case_named"] })).toBe("on trial: case_named would have denied it");
});
