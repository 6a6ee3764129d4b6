import { toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler, requireBearerAuth, type AuthInfo } from "@modelcontextprotocol/server";
import { observeFetch } from "@tachograph/gate";
import type { Ledger } from "@tachograph/ledger";
import type { HttpMount } from "../http-mount.ts";
import { verifyAccessToken } from "./access-token.ts";
import type { Bank } from "./bank.ts";
import type { OrderBook } from "./order-book.ts";
import { paymentsGate } from "./payments-gate.ts";
import { createPaymentsServer, paymentsIdentity } from "./payments-server.ts";

/** Payments without sessions, behind bearer tokens: a server for each request, for clients of both protocol eras. */
export function mountPayments(options: {
  tokenKey: string;
  ledger: Ledger | undefined;
  book: OrderBook;
  bank: Bank;
}): HttpMount {
  const { tokenKey, ledger, book, bank } = options;
  const gate = paymentsGate({ ledger, bank });
  const authorize = requireBearerAuth({
    verifier: { verifyAccessToken: async (token) => verifyAccessToken(tokenKey, token) },
  });
  const handler = createMcpHandler(() => createPaymentsServer({ book, bank, gate }));
  // Whoever lacks a scope is known by now; whoever has no token is refused further out.
  const serve = observeFetch((request: Request, options: { authInfo: AuthInfo }) => handler.fetch(request, options), {
    server: paymentsIdentity,
    ledger,
  });
  return toNodeHandler({
    fetch: async (request) => {
      const authInfo = await authorize(request);
      return authInfo instanceof Response ? authInfo : serve(request, { authInfo });
    },
  });
}
