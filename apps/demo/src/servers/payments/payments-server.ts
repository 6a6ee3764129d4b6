import { setTimeout as sleep } from "node:timers/promises";
import { acceptedContent, inputRequired, inputResponse, McpServer, requireScopes } from "@modelcontextprotocol/server";
import { callContext, correctable, tachograph, terminal, type GateOptions } from "@tachograph/gate";
import { z } from "zod";
import type { Bank } from "./bank.ts";
import { OrderError, type OrderBook } from "./order-book.ts";
import { orderSchema, paymentInputs, type PaymentArguments } from "./payment-schemas.ts";

const approval = z.object({ approve: z.boolean().describe("Pay this refund out") });

/** Refunds above this need a person's yes. */
const APPROVAL_ABOVE_CENTS = 50_000;
/** How long the card network takes. */
const CAPTURE_MS = 1_200;

const answer = (structuredContent: Record<string, unknown>) => ({
  content: [{ type: "text" as const, text: JSON.stringify(structuredContent) }],
  structuredContent,
});

/** Says what an order's refusal means for whoever called. */
function inOrder<Result>(step: () => Result): Result {
  try {
    return step();
  } catch (cause) {
    if (!(cause instanceof OrderError)) throw cause;
    throw cause.missing
      ? correctable(cause.message, { code: "no_such_order", param: "orderId", expected: "the id of an order", cause })
      : terminal(cause.message, { code: "order_state", cause });
  }
}

/** What the server calls itself. */
export const paymentsIdentity = { name: "payments", version: "3.2.1" };

/** What all servers of the process share. */
export interface Payments {
  book: OrderBook;
  bank: Bank;
  gate: GateOptions<PaymentArguments>;
}

/** Orders and payments. SDK v2; a new server for every request over one order book. */
export function createPaymentsServer({ book, bank, gate }: Payments): McpServer {
  const server = tachograph(new McpServer(paymentsIdentity), gate);

  server.registerTool(
    "search_orders",
    {
      description: "List orders from an order number on, optionally of one status.",
      inputSchema: paymentInputs.search_orders,
      outputSchema: z.object({ orders: z.array(orderSchema) }),
      annotations: { readOnlyHint: true, openWorldHint: false },
      scopeChallenge: requireScopes("orders:read"),
    },
    (filter) => answer({ orders: book.list(filter) }),
  );

  server.registerTool(
    "get_order",
    {
      description: "One order by its id.",
      inputSchema: paymentInputs.get_order,
      outputSchema: orderSchema,
      annotations: { readOnlyHint: true, openWorldHint: false },
      scopeChallenge: requireScopes("orders:read"),
    },
    ({ orderId }) => answer({ ...inOrder(() => book.get(orderId)) }),
  );

  server.registerTool(
    "capture_payment",
    {
      description: "Capture an authorized payment, in whole or in part. Takes a second.",
      inputSchema: paymentInputs.capture_payment,
      annotations: { readOnlyHint: false, destructiveHint: false },
    },
    async ({ orderId, amountCents }) => {
      await sleep(CAPTURE_MS);
      return answer({ ...inOrder(() => book.capture(orderId, amountCents)) });
    },
  );

  server.registerTool(
    "refund_order",
    {
      description:
        "Pay money of an order back to the customer. Cannot be undone. Above 500.00 a person is asked first.",
      inputSchema: paymentInputs.refund_order,
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false },
      scopeChallenge: requireScopes("payments:write"),
    },
    async ({ orderId, amountCents, payTo }, context) => {
      if (amountCents > APPROVAL_ABOVE_CENTS) {
        const { inputResponses } = context.mcpReq;
        if (inputResponse(inputResponses, "approval").kind === "missing") {
          const message = `Refund ${amountCents / 100} of ${orderId}?`;
          return inputRequired({
            inputRequests: { approval: inputRequired.elicit({ message, requestedSchema: approval }) },
          });
        }
        if (acceptedContent(inputResponses, "approval", approval)?.approve !== true)
          throw terminal("The refund was not approved", { code: "not_approved" });
      }
      const { _meta, notify } = context.mcpReq;
      const progressToken = _meta?.progressToken;
      if (progressToken !== undefined)
        await notify({
          method: "notifications/progress",
          params: { progressToken, progress: 0, message: "asking the bank" },
        });
      // Equal on every attempt of one refund. Without `once` each call is a payout of its own.
      const { idempotencyKey, callId } = callContext();
      return answer({
        ...(await bank.payOut({ orderId, amountCents, route: payTo, reference: idempotencyKey ?? callId })),
      });
    },
  );

  server.registerTool(
    "create_invoice",
    {
      description: "Write the invoice of an order.",
      inputSchema: paymentInputs.create_invoice,
      outputSchema: z.object({ invoiceId: z.string(), totalCents: z.number().int() }),
    },
    ({ orderId }) => {
      const { currency, totalCents } = inOrder(() => book.get(orderId));
      // The bug of many a billing system: yen have no cents, and the division leaves a fraction.
      return answer({
        invoiceId: `INV-${orderId.slice(4)}`,
        totalCents: currency === "JPY" ? totalCents / 1000 + 0.5 : totalCents,
      });
    },
  );

  return server;
}
