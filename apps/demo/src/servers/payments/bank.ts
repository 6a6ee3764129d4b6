import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { correctable, terminal } from "@tachograph/gate";
import { z } from "zod";
import { listen } from "../listen.ts";
import { OrderError, type Order, type OrderBook, type Payout } from "./order-book.ts";

/** How a customer gets money back. */
export const payoutRoutes = ["card", "transfer", "cheque", "wallet", "voucher"] as const;
export type PayoutRoute = (typeof payoutRoutes)[number];

export interface PayoutRequest extends Payout {
  route: PayoutRoute;
}

/** The bank as the payments server uses it. */
export interface Bank {
  /** Pays, and gives the order as it is then. Rejects as `fetch` does where the line is cut. */
  payOut(payout: PayoutRequest): Promise<Order>;
  /** The order that a payout was made of; null where it was not made, undefined where the route keeps no statement. */
  findPayout(route: PayoutRoute, reference: string): Promise<Order | null | undefined>;
  close(): void;
}

/** How long a bank transfer takes. */
const TRANSFER_MS = 1_500;

/**
 * A bank that pays whatever it is asked to pay, as often as it is asked: not to pay twice is up to whoever asks. `card`
 * pays at once and `transfer` takes a moment. `cheque` and `wallet` pay, and then the line is cut. `voucher` is cut
 * before it pays, the first time for an order. Wallets and vouchers keep no statement in which one could look a payout up.
 */
export async function startBank(book: OrderBook): Promise<Bank> {
  const cutBefore = new Set<string>();

  async function pay({ route, ...payout }: PayoutRequest, response: ServerResponse): Promise<void> {
    if (route === "transfer") await sleep(TRANSFER_MS);
    if (route === "voucher" && !cutBefore.has(payout.orderId)) {
      cutBefore.add(payout.orderId);
      response.destroy();
      return;
    }
    const order = book.refund(payout);
    if (route === "cheque" || route === "wallet") response.destroy();
    else answer(response, 200, order);
  }

  function lookUp(route: string, wanted: string, response: ServerResponse): void {
    if (route === "wallet" || route === "voucher") return answer(response, 501, { error: "no statement is kept" });
    const payout = book.payouts.find(({ reference }) => reference === wanted);
    answer(response, 200, payout === undefined ? null : book.get(payout.orderId));
  }

  const service = createServer((request, response) => {
    const [, route = "", reference = ""] = (request.url ?? "").split("/");
    if (request.method === "GET") lookUp(route, decodeURIComponent(reference), response);
    else
      void bodyOf(request)
        .then(async (body) => pay(payoutRequest.parse(JSON.parse(body)), response))
        .catch((error: unknown) => refuse(response, error));
  });
  const url = `http://127.0.0.1:${await listen(service)}`;

  return {
    async payOut(payout) {
      // What was asked of the bank is waited for, whether or not anybody still waits for the refund.
      const response = await fetch(url, { method: "POST", body: JSON.stringify(payout) });
      if (response.ok) return (await response.json()) as Order;
      const { error } = refusal.parse(await response.json());
      if (response.status === 404) throw correctable(error, { code: "no_such_order", param: "orderId" });
      throw terminal(error, { code: "refused_by_bank" });
    },
    async findPayout(route, reference) {
      const response = await fetch(`${url}/${route}/${encodeURIComponent(reference)}`);
      return response.ok ? ((await response.json()) as Order | null) : undefined;
    },
    close() {
      service.close();
      service.closeAllConnections();
    },
  };
}

const payoutRequest = z.object({
  orderId: z.string(),
  amountCents: z.number(),
  reference: z.string(),
  route: z.enum(payoutRoutes),
});
const refusal = z.object({ error: z.string() });

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  request.setEncoding("utf8").on("data", (chunk: string) => {
    body += chunk;
  });
  await once(request, "end");
  return body;
}

function refuse(response: ServerResponse, error: unknown): void {
  if (error instanceof OrderError) answer(response, error.missing ? 404 : 409, { error: error.message });
  else answer(response, 400, { error: String(error) });
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
