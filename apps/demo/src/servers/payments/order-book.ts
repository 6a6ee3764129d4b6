import { hashItem, hashNumber } from "../hash-number.ts";

export type OrderStatus = "authorized" | "captured" | "refunded";

export interface Order {
  orderId: string;
  customer: string;
  placedOn: string;
  currency: "EUR" | "USD" | "JPY";
  totalCents: number;
  capturedCents: number;
  refundedCents: number;
  status: OrderStatus;
}

/** Money that left the shop. */
export interface Payout {
  orderId: string;
  amountCents: number;
  /** What whoever asked for it calls it: equal on every attempt of one refund. */
  reference: string;
}

/** Thrown where an order cannot take the step asked for. */
export class OrderError extends Error {
  override readonly name = "OrderError";
  /** Whether there is no such order at all. */
  readonly missing: boolean;
  constructor(message: string, { missing = false } = {}) {
    super(message);
    this.missing = missing;
  }
}

/**
 * A million orders that exist without being stored: each is made from its number, and only what calls changed is kept.
 * So sessions that work on different orders never see each other, whatever order they run in.
 */
export class OrderBook {
  readonly #changed = new Map<string, Order>();
  readonly #payouts: Payout[] = [];

  /** Every payment to a customer, as it was made: the truth about what happened, whatever anybody was told. */
  get payouts(): readonly Payout[] {
    return this.#payouts;
  }

  /** @throws {OrderError} where no such order was ever placed. */
  get(orderId: string): Order {
    const changed = this.#changed.get(orderId);
    if (changed) return changed;
    if (orderId.endsWith("99")) throw new OrderError(`Order ${orderId} not found`, { missing: true });
    const day = 1 + hashNumber(`${orderId} day`, 28);
    const totalCents = 900 + hashNumber(`${orderId} total`, 78_000);
    const captured = hashNumber(`${orderId} captured`, 10) < 8;
    return {
      orderId,
      customer: hashItem(`${orderId} customer`, [
        "Aiko Tanaka",
        "Bram de Vries",
        "Chiara Rossi",
        "Dana Novak",
        "Emeka Obi",
      ]),
      placedOn: `2026-${hashItem(`${orderId} month`, ["05", "06", "07"])}-${String(day).padStart(2, "0")}`,
      currency: hashItem(`${orderId} currency`, ["EUR", "EUR", "USD", "JPY"]),
      totalCents,
      capturedCents: captured ? totalCents : 0,
      refundedCents: 0,
      status: captured ? "captured" : "authorized",
    };
  }

  /** The orders from a number on that match; at most `limit`. */
  list(filter: { startAt: number; status?: OrderStatus; limit: number }): Order[] {
    const found: Order[] = [];
    for (let number = filter.startAt; found.length < filter.limit && number < filter.startAt + 40; number++) {
      const orderId = `ORD-${String(number % 1_000_000).padStart(6, "0")}`;
      if (orderId.endsWith("99")) continue;
      const order = this.get(orderId);
      if (filter.status === undefined || order.status === filter.status) found.push(order);
    }
    return found;
  }

  /** @throws {OrderError} where the payment was captured before or the amount exceeds the authorization. */
  capture(orderId: string, amountCents: number): Order {
    const order = this.get(orderId);
    if (order.status !== "authorized") throw new OrderError(`Payment of ${orderId} was already captured`);
    if (amountCents > order.totalCents)
      throw new OrderError(`Capture of ${amountCents} exceeds the authorized ${order.totalCents}`);
    return this.#keep({ ...order, capturedCents: amountCents, status: "captured" });
  }

  /** Pays, and notes the payout. @throws {OrderError} where less than the amount is left to refund. */
  refund({ orderId, amountCents, reference }: Payout): Order {
    const order = this.get(orderId);
    const left = order.capturedCents - order.refundedCents;
    if (amountCents > left) throw new OrderError(`Refund of ${amountCents} exceeds the ${left} left of ${orderId}`);
    const refundedCents = order.refundedCents + amountCents;
    this.#payouts.push({ orderId, amountCents, reference });
    return this.#keep({
      ...order,
      refundedCents,
      status: refundedCents === order.totalCents ? "refunded" : order.status,
    });
  }

  #keep(order: Order): Order {
    this.#changed.set(order.orderId, order);
    return order;
  }
}
