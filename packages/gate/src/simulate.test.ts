import { expect, test } from "vitest";
import { z } from "zod";
import type { GateOptions } from "./options.ts";
import { simulate } from "./simulate.ts";

const options: GateOptions = {
  environment: "production",
  tools: {
    refund: {
      validate: true,
      input: z.strictObject({ cents: z.number() }),
      scopes: ["refunds"],
      rules: {
        small: ({ args }) => Number(args["cents"]) <= 500 || "above 5.00",
        weekdays: { allow: ({ now }) => new Date(now).getUTCDay() % 6 !== 0, enforce: false },
        not_here: { allow: ({ environment }) => environment !== "production", enforce: false },
      },
    },
  },
};
const monday = Date.UTC(2026, 10, 23);
const sunday = Date.UTC(2026, 10, 22);
const refund = { tool: "refund", scopes: ["refunds"], now: monday };

test("says what the policy would do, and why", async () => {
  expect(await simulate(options, { ...refund, arguments: { cents: 5 } })).toMatchObject({
    decision: "allowed",
    rule: null,
    wouldDeny: ["not_here"],
    policyHash: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(await simulate(options, { ...refund, arguments: { cents: 501 } })).toMatchObject({
    decision: "denied",
    rule: "small",
    reason: "above 5.00",
  });
  expect(await simulate(options, { ...refund, arguments: { cents: 5 }, scopes: [] })).toMatchObject({
    decision: "denied",
    rule: "scopes",
    reason: "missing scope refunds",
  });
  expect(await simulate(options, { ...refund, arguments: { cents: "5" } })).toMatchObject({
    decision: "invalid_input",
    issues: [{ path: "/cents" }],
  });
  expect(
    await simulate(options, { ...refund, arguments: { cents: 5 }, now: sunday, environment: "staging" }),
  ).toMatchObject({ decision: "allowed", wouldDeny: ["weekdays"] });
});

test("a changed rule is another policy, the same options are the same", async () => {
  const hashOf = async (given: GateOptions): Promise<string | null> => (await simulate(given, refund)).policyHash;
  const changed: GateOptions = { tools: { refund: { rules: { small: () => true } } } };
  expect(await hashOf({ ...options })).toBe(await hashOf(options));
  expect(await hashOf(changed)).not.toBe(await hashOf(options));
});

test("a tool that the options do not name is an error of the test", async () => {
  await expect(simulate(options, { tool: "refnud" })).rejects.toThrow(/no tool "refnud"; they have refund/);
});
