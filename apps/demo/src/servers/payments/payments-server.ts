import { acceptedContent, inputRequired, inputResponse, McpServer, requireScopes } from "@modelcontextprotocol/server";
import { tachograph } from "@tachograph/gate";
import { z } from "zod";
import { OrderError, type OrderBook } from "./order-book.ts";

const orderId = z.string().regex(/^ORD-\d{6}$/, "expected ORD- and six digits, such as ORD-004217");
const amountCents = z.number().int().positive();
const order = z.object({
  orderId,
  customer: z.string(),
  placedOn: z.iso.date(),
  currency: z.enum(["EUR", "USD", "JPY"]),
  totalCents: z.number().int(),
  capturedCents: z.number().int(),
  refundedCents: z.number().int(),
  status: z.enum(["authorized", "captured", "refunded"]),
});
const approval = z.object({ approve: z.boolean().describe("Pay this refund out") });

/** Refunds above this need a person's yes. */
const APPROVAL_ABOVE_CENTS = 50_000;

const answer = (structuredContent: Record<string, unknown>) => ({
  content: [{ type: "text" as const, text: JSON.stringify(structuredContent) }],
  structuredContent,
});

const attempt = (step: () => Record<string, unknown>) => {
  try {
    return answer(step());
  } catch (error) {
    if (error instanceof OrderError)
      return { content: [{ type: "text" as const, text: error.message }], isError: true };
    throw error;
  }
};

/** What the server calls itself. */
export const paymentsIdentity = { name: "payments", version: "3.2.1" };

/** Orders and payments. SDK v2; a new server for every request over one order book. */
export function createPaymentsServer(book: OrderBook): McpServer {
  const server = tachograph(new McpServer(paymentsIdentity));

  server.registerTool(
    "search_orders",
    {
      description: "List orders from an order number on, optionally of one status.",
      inputSchema: z.object({
        startAt: z.number().int().min(0).max(999_999),
        status: z.enum(["authorized", "captured", "refunded"]).optional(),
        limit: z.number().int().min(1).max(25).default(5),
      }),
      outputSchema: z.object({ orders: z.array(order) }),
      annotations: { readOnlyHint: true, openWorldHint: false },
      scopeChallenge: requireScopes("orders:read"),
    },
    (filter) => answer({ orders: book.list(filter) }),
  );

  server.registerTool(
    "get_order",
    {
      description: "One order by its id.",
      inputSchema: z.object({ orderId }),
      outputSchema: order,
      annotations: { readOnlyHint: true, openWorldHint: false },
      scopeChallenge: requireScopes("orders:read"),
    },
    (args) => attempt(() => ({ ...book.get(args.orderId) })),
  );

  server.registerTool(
    "capture_payment",
    {
      description: "Capture an authorized payment, in whole or in part.",
      inputSchema: z.object({ orderId, amountCents }),
      annotations: { readOnlyHint: false, destructiveHint: false },
      scopeChallenge: requireScopes("payments:write"),
    },
    (args) => attempt(() => ({ ...book.capture(args.orderId, args.amountCents) })),
  );

  server.registerTool(
    "refund_order",
    {
      description:
        "Pay money of an order back to the customer. Cannot be undone. Above 500.00 a person is asked first.",
      inputSchema: z.object({
        orderId,
        amountCents,
        reason: z.enum(["damaged", "late", "wrong_item", "goodwill"]),
        note: z.string().max(500).optional(),
      }),
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false },
      scopeChallenge: requireScopes("payments:write"),
    },
    (args, context) => {
      if (args.amountCents > APPROVAL_ABOVE_CENTS) {
        const { inputResponses } = context.mcpReq;
        if (inputResponse(inputResponses, "approval").kind === "missing") {
          const message = `Refund ${args.amountCents / 100} of ${args.orderId}?`;
          return inputRequired({
            inputRequests: { approval: inputRequired.elicit({ message, requestedSchema: approval }) },
          });
        }
        if (acceptedContent(inputResponses, "approval", approval)?.approve !== true)
          return { content: [{ type: "text", text: "The refund was not approved" }], isError: true };
      }
      return attempt(() => ({ ...book.refund(args.orderId, args.amountCents) }));
    },
  );

  server.registerTool(
    "create_invoice",
    {
      description: "Write the invoice of an order.",
      inputSchema: z.object({ orderId }),
      outputSchema: z.object({ invoiceId: z.string(), totalCents: z.number().int() }),
      scopeChallenge: requireScopes("payments:write"),
    },
    (args) =>
      attempt(() => {
        const { currency, totalCents } = book.get(args.orderId);
        // The bug of many a billing system: yen have no cents, and the division leaves a fraction.
        return {
          invoiceId: `INV-${args.orderId.slice(4)}`,
          totalCents: currency === "JPY" ? totalCents / 1000 + 0.5 : totalCents,
        };
      }),
  );

  return server;
}
