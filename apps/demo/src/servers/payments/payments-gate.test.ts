import { simulate, type Simulation } from "@tachograph/gate";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBank, type Bank } from "./bank.ts";
import { OrderBook } from "./order-book.ts";
import { paymentsGate } from "./payments-gate.ts";

let bank: Bank;
beforeAll(async () => {
  bank = await startBank(new OrderBook());
});
afterAll(() => bank.close());

const refund = { orderId: "ORD-000001", amountCents: 900, reason: "late" };
const asked = async (changes: object, scopes = ["payments:write"]): Promise<Simulation> =>
  simulate(paymentsGate({ ledger: undefined, bank }), {
    tool: "refund_order",
    arguments: { ...refund, ...changes },
    scopes,
  });

test("a small refund is allowed, to whoever has the scope for it", async () => {
  expect(await asked({})).toMatchObject({ decision: "allowed", wouldDeny: [] });
  expect(await asked({}, ["orders:read"])).toMatchObject({ decision: "denied", rule: "scopes" });
});

test("goodwill above 100.00 is denied; other reasons are not", async () => {
  const large = { amountCents: 10_001, caseId: "CASE-000001" };
  expect(await asked({ ...large, reason: "goodwill" })).toMatchObject({ decision: "denied", rule: "goodwill_limit" });
  expect(await asked({ ...large, amountCents: 10_000, reason: "goodwill" })).toMatchObject({ decision: "allowed" });
  expect(await asked(large)).toMatchObject({ decision: "allowed", wouldDeny: [] });
});

test("a refund above 10.00 without a case is allowed for now, and noted", async () => {
  expect(await asked({ amountCents: 1_001 })).toMatchObject({ decision: "allowed", wouldDeny: ["case_named"] });
});

test("an order id of another form never reaches a rule", async () => {
  const { decision, issues } = await asked({ orderId: "#1" });
  expect(decision).toBe("invalid_input");
  expect(issues.map(({ path }) => path)).toEqual(["/orderId"]);
});
