import type { AgentSession } from "../simulator/agent-session.ts";
import { findOrder, refundable, type Order } from "./find-order.ts";
import type { Persona } from "./persona.ts";

const caseOf = (session: AgentSession): string => `CASE-${String(session.ownNumber).padStart(6, "0")}`;

async function findUncaptured(session: AgentSession): Promise<Order | undefined> {
  return findOrder(session, (order) => order.totalCents > 2_000, "authorized");
}

/** Pays money back all day, over lines that are slow and are cut: what must not happen twice, and what the gate makes of it. */
export const refundDesk: Persona = {
  name: "refund desk",
  // Hosts that name their calls: an answer that was lost is asked for again under the old name.
  hosts: ["claude-code", "acme-agent"],
  episodes: [
    {
      name: "refund delivered twice",
      async play(session) {
        const order = await findOrder(session, refundable(2_000));
        if (!order) return;
        const { orderId } = order;
        const refund = { orderId, amountCents: 1_490, reason: "late", payTo: "transfer" };
        const answer = await session.call("payments", "refund_order", refund, { givesUpOnProgress: true });
        if (answer.seen !== "timeout") return;
        // The host has waited long enough and delivers the call again, under its old id: the bank is still at it.
        await session.call("payments", "refund_order", refund, { toolUseId: session.lastToolUseId });
        await session.call("payments", "get_order", { orderId });
      },
    },
    {
      name: "refund cut off, looked up",
      async play(session) {
        const order = await findOrder(session, refundable(2_100));
        if (!order) return;
        const { orderId } = order;
        const refund = { orderId, amountCents: 1_830, reason: "damaged", payTo: "wallet" };
        const answer = await session.call("payments", "refund_order", refund);
        if (answer.refusal?.retry !== "verify") return;
        // The model tries again without looking, is held, and then looks: it was paid.
        await session.call("payments", "refund_order", refund);
        await session.call("payments", "get_order", { orderId });
      },
    },
    {
      name: "refund cut off, repeated on purpose",
      async play(session) {
        const order = await findOrder(session, refundable(2_200));
        if (!order) return;
        const { orderId } = order;
        const refund = { orderId, amountCents: 1_570, reason: "wrong_item", payTo: "voucher" };
        const answer = await session.call("payments", "refund_order", refund);
        if (answer.refusal?.retry !== "verify") return;
        const { refusal } = await session.call("payments", "refund_order", refund);
        const { json } = await session.call("payments", "get_order", { orderId });
        // Nothing was paid: the agent answers for the repeat with the token that it was given.
        if (json["refundedCents"] !== 0 || refusal?.confirm_repeat === undefined) return;
        const meta = { "tachograph/confirmRepeat": refusal.confirm_repeat };
        await session.call("payments", "refund_order", refund, { meta });
      },
    },
    {
      name: "refund cut off, the bank is asked",
      async play(session) {
        const order = await findOrder(session, refundable(2_300));
        if (!order) return;
        const { orderId } = order;
        const caseId = caseOf(session);
        const refund = { orderId, amountCents: 2_110, reason: "late", payTo: "cheque", caseId };
        const answer = await session.call("payments", "refund_order", refund);
        if (answer.refusal?.retry !== "verify") return;
        // The case names the refund: the gate looks it up in the bank's statement instead of paying again.
        await session.call("payments", "refund_order", refund);
      },
    },
    {
      name: "the same refund twice",
      async play(session) {
        const order = await findOrder(session, refundable(4_000));
        if (!order) return;
        const { orderId } = order;
        const note = "Second parcel came late";
        const refund = { orderId, amountCents: 1_750, reason: "goodwill", caseId: caseOf(session), note };
        await session.call("payments", "refund_order", refund);
        await session.call("payments", "get_order", { orderId });
        // The context was compacted in between, and the model no longer knows that it did this.
        await session.call("payments", "refund_order", refund);
      },
    },
    {
      name: "captured twice at once",
      async play(session) {
        const order = await findUncaptured(session);
        if (!order) return;
        const capture = { orderId: order.orderId, amountCents: order.totalCents };
        // The model writes the same call twice into one turn: one is executed, the other is told to come back.
        const answers = await Promise.all([
          session.call("payments", "capture_payment", capture),
          session.call("payments", "capture_payment", capture),
        ]);
        const early = answers.find(({ refusal }) => refusal?.code === "duplicate_in_flight");
        if (early === undefined) return;
        await session.waitAsTold(early);
        await session.call("payments", "capture_payment", capture);
      },
    },
    {
      name: "captured in two parts",
      async play(session) {
        const order = await findUncaptured(session);
        if (!order) return;
        const { orderId, totalCents } = order;
        const half = Math.floor(totalCents / 2);
        await session.call("payments", "capture_payment", { orderId, amountCents: half });
        const rest = await session.call("payments", "capture_payment", { orderId, amountCents: totalCents - half });
        if (rest.seen !== "ok") await session.call("payments", "get_order", { orderId });
      },
    },
    {
      name: "goodwill beyond the limit",
      async play(session) {
        const order = await findOrder(session, refundable(15_000));
        if (!order) return;
        const { orderId } = order;
        const refund = { orderId, amountCents: 14_900, reason: "goodwill", caseId: caseOf(session) };
        const answer = await session.call("payments", "refund_order", refund);
        if (answer.refusal?.code !== "denied") return;
        const title = `Goodwill of 149.00 for ${orderId}: a supervisor decides`;
        await session.call("tickets", "create_ticket", { title, dueDate: "2026-08-05" });
      },
    },
  ],
};
