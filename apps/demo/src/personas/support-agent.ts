import { findOrder, refundable } from "./find-order.ts";
import { namesCalls, speaksV2, type Persona } from "./persona.ts";

const reasons = ["damaged", "late", "wrong_item", "goodwill"] as const;
const isCheap = refundable(2_000);
const isDear = refundable(50_100);

/** Answers customers: looks orders up, pays money back, opens tickets. */
export const supportAgent: Persona = {
  name: "support agent",
  hosts: ["claude-code", "acme-agent", "opencode"],
  episodes: [
    {
      name: "refund a small order",
      async play(session) {
        const order = await findOrder(session, isCheap);
        if (!order) return;
        await session.call("payments", "get_order", { orderId: order.orderId });
        const amountCents = session.random.int(500, 1_900);
        await session.call("payments", "refund_order", {
          orderId: order.orderId,
          amountCents,
          reason: session.random.pick(reasons),
        });
      },
    },
    {
      name: "refund that a person approves",
      fits: speaksV2,
      async play(session) {
        const order = await findOrder(session, isDear);
        if (!order) return;
        await session.call("payments", "refund_order", {
          orderId: order.orderId,
          amountCents: 50_050,
          reason: "damaged",
        });
      },
    },
    {
      name: "refund that a person declines",
      fits: speaksV2,
      async play(session) {
        const order = await findOrder(session, isDear);
        if (!order) return;
        session.personApproves = false;
        await session.call("payments", "refund_order", {
          orderId: order.orderId,
          amountCents: 50_075,
          reason: "wrong_item",
        });
        session.personApproves = true;
      },
    },
    {
      name: "refund without the scope for it",
      async play(session) {
        const order = await findOrder(session, isCheap);
        if (!order) return;
        session.renewToken({ scopes: ["orders:read"] });
        const refund = { orderId: order.orderId, amountCents: 1_000, reason: "late" };
        const answer = await session.call("payments", "refund_order", refund);
        session.renewToken();
        // Told no, the agent hands over to a person instead of asking again.
        if (answer.seen === "forbidden") {
          await session.call("tickets", "create_ticket", {
            title: `Refund ${order.orderId} by hand`,
            dueDate: "2026-08-03",
          });
        }
      },
    },
    {
      name: "capture without the scope for it",
      async play(session) {
        const order = await findOrder(session, () => true, "authorized");
        if (!order) return;
        const capture = { orderId: order.orderId, amountCents: order.totalCents };
        session.renewToken({ scopes: ["orders:read"] });
        await session.call("payments", "capture_payment", capture);
        session.renewToken();
      },
    },
    {
      name: "token runs out",
      fits: namesCalls,
      async play(session) {
        const orderId = `ORD-${String(session.ownNumber).padStart(6, "0")}`;
        await session.call("payments", "get_order", { orderId });
        session.expireToken({ refreshes: true });
        const answer = await session.call("payments", "get_order", { orderId: orderId.replace(/.$/, "7") });
        if (answer.seen !== "unauthorized") return;
        // This client leaves it to the host to log in and to deliver the call again, under its old id.
        session.renewToken();
        await session.call(
          "payments",
          "get_order",
          { orderId: orderId.replace(/.$/, "7") },
          { toolUseId: session.lastToolUseId },
        );
      },
    },
    {
      name: "login that is gone",
      async play(session) {
        await session.call("payments", "search_orders", { startAt: session.ownNumber, limit: 3 });
        session.expireToken({ refreshes: false });
        await session.call("payments", "search_orders", { startAt: session.ownNumber, limit: 5 });
        session.renewToken();
      },
    },
    {
      name: "invoice in yen",
      async play(session) {
        const order = await findOrder(session, (order) => order.currency === "JPY");
        if (!order) return;
        const answer = await session.call("payments", "create_invoice", { orderId: order.orderId });
        // The invoice was written, but the answer broke the tool's own contract. The gate says so: nobody writes another.
        if (answer.refusal?.retry === "terminal")
          await session.call("payments", "get_order", { orderId: order.orderId });
      },
    },
    {
      name: "order by the wrong name",
      async play(session) {
        const number = String(session.ownNumber).padStart(6, "0");
        const answer = await session.call("payments", "get_order", { orderId: `#${number}` });
        if (answer.seen === "ok") return;
        await session.call("payments", "get_order", { orderId: `ORD-${number}` });
        await session.call("payments", "get_order", { orderId: `ORD-${number.slice(0, 4)}99` });
      },
    },
    {
      name: "capture a payment",
      async play(session) {
        const order = await findOrder(session, () => true, "authorized");
        if (!order) return;
        await session.call("payments", "capture_payment", { orderId: order.orderId, amountCents: order.totalCents });
        await session.call("payments", "get_order", { orderId: order.orderId });
      },
    },
  ],
};
