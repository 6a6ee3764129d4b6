import { z } from "zod";
import type { AgentSession } from "../simulator/agent-session.ts";

const orderSchema = z.object({
  orderId: z.string(),
  currency: z.string(),
  totalCents: z.number(),
  capturedCents: z.number(),
  refundedCents: z.number(),
});
export type Order = z.infer<typeof orderSchema>;

const found = z.object({ orders: z.array(orderSchema) });

/** Whether more than this can be paid back, and nothing was so far. */
export const refundable =
  (cents: number) =>
  (order: Order): boolean =>
    order.refundedCents === 0 && order.capturedCents > cents;

/** An order of this session's own, as the model finds it: by searching. */
export async function findOrder(
  session: AgentSession,
  wanted: (order: Order) => boolean,
  status: "captured" | "authorized" = "captured",
): Promise<Order | undefined> {
  for (let page = 0; page < 2; page++) {
    const startAt = session.ownNumber + page * 20;
    const { json } = await session.call("payments", "search_orders", { startAt, status, limit: 20 });
    const order = found.safeParse(json).data?.orders.find(wanted);
    if (order) return order;
  }
  return undefined;
}
