import type { GateOptions, OnceOptions } from "@tachograph/gate";
import type { Ledger } from "@tachograph/ledger";
import type { Bank } from "./bank.ts";
import { paymentInputs, type PaymentArguments } from "./payment-schemas.ts";

/** Goodwill above this is for a supervisor. */
const GOODWILL_UP_TO_CENTS = 10_000;
/** Refunds above this should name the customer's case. */
const UNNAMED_UP_TO_CENTS = 1_000;

/**
 * What the gate does for the payments server: every pillar switched on. Without a ledger nothing remembers operations,
 * and a call is executed as often as it is delivered.
 */
export function paymentsGate({
  ledger,
  bank,
}: {
  ledger: Ledger | undefined;
  bank: Bank;
}): GateOptions<PaymentArguments> {
  const once = <Args>(options: OnceOptions<Args> = {}): OnceOptions<Args> | false =>
    ledger === undefined ? false : { readBackWith: "get_order", ...options };

  return {
    ledger,
    defaults: { validate: true, errors: true, timeout: 10_000 },
    tools: {
      search_orders: { input: paymentInputs.search_orders, scopes: ["orders:read"] },
      get_order: { input: paymentInputs.get_order, scopes: ["orders:read"] },
      capture_payment: {
        input: paymentInputs.capture_payment,
        scopes: ["payments:write"],
        // A payment is captured once, whoever asks and however often.
        once: once({ key: ({ orderId }) => orderId, waitMs: 150 }),
      },
      refund_order: {
        input: paymentInputs.refund_order,
        scopes: ["payments:write"],
        rules: {
          goodwill_limit: ({ args }) =>
            args.reason !== "goodwill" ||
            args.amountCents <= GOODWILL_UP_TO_CENTS ||
            "goodwill above 100.00 is for a supervisor",
          case_named: {
            allow: ({ args }) => args.caseId !== undefined || args.amountCents <= UNNAMED_UP_TO_CENTS,
            reason: "refunds above 10.00 name the customer's case",
            // On trial: what it would refuse shows before it does.
            enforce: false,
          },
        },
        once: once({
          // A case is paid once. Without one, the host's id of the call is the key.
          key: ({ orderId, caseId }) => (caseId === undefined ? null : `${orderId} ${caseId}`),
          reconcile: async ({ args }, { operationId }) => {
            const order = await bank.findPayout(args.payTo, operationId);
            if (order === undefined) return { found: "unknown" };
            if (order === null) return { found: "not_applied", reason: "the bank's statement does not have it" };
            const result = {
              content: [{ type: "text", text: JSON.stringify(order) }],
              structuredContent: { ...order },
            };
            return { found: "applied", result, reason: "the bank's statement has it" };
          },
        }),
      },
      create_invoice: { input: paymentInputs.create_invoice, scopes: ["payments:write"], once: once() },
    },
  };
}
