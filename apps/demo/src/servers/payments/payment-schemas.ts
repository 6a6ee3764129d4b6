import { z } from "zod";
import { payoutRoutes } from "./bank.ts";

const orderId = z.string().regex(/^ORD-\d{6}$/, "expected ORD- and six digits, such as ORD-004217");
const amountCents = z.number().int().positive();

/** An order, as every tool shows it. */
export const orderSchema = z.object({
  orderId,
  customer: z.string(),
  placedOn: z.iso.date(),
  currency: z.enum(["EUR", "USD", "JPY"]),
  totalCents: z.number().int(),
  capturedCents: z.number().int(),
  refundedCents: z.number().int(),
  status: z.enum(["authorized", "captured", "refunded"]),
});

/** What each tool of the payments server takes. */
export const paymentInputs = {
  search_orders: z.object({
    startAt: z.number().int().min(0).max(999_999),
    status: z.enum(["authorized", "captured", "refunded"]).optional(),
    limit: z.number().int().min(1).max(25).default(5),
  }),
  get_order: z.object({ orderId }),
  capture_payment: z.object({ orderId, amountCents }),
  refund_order: z.object({
    orderId,
    amountCents,
    reason: z.enum(["damaged", "late", "wrong_item", "goodwill"]),
    payTo: z.enum(payoutRoutes).default("card"),
    caseId: z
      .string()
      .regex(/^CASE-\d{6}$/, "expected CASE- and six digits, such as CASE-004217")
      .optional()
      .describe("The customer's case; a case is paid once"),
    note: z.string().max(500).optional(),
  }),
  create_invoice: z.object({ orderId }),
} as const;

/** The arguments of each tool, by its name. */
export type PaymentArguments = {
  [Tool in keyof typeof paymentInputs]: z.infer<(typeof paymentInputs)[Tool]>;
};
