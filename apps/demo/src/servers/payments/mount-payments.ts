import { toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler, requireBearerAuth, type AuthInfo } from "@modelcontextprotocol/server";
import { observeFetch } from "@tachograph/gate";
import type { HttpMount } from "../http-mount.ts";
import { verifyAccessToken } from "./access-token.ts";
import { OrderBook } from "./order-book.ts";
import { createPaymentsServer, paymentsIdentity } from "./payments-server.ts";

/** Payments without sessions, behind bearer tokens: a server for each request, for clients of both protocol eras. */
export function mountPayments(tokenKey: string): HttpMount {
  const book = new OrderBook();
  const authorize = requireBearerAuth({
    verifier: { verifyAccessToken: async (token) => verifyAccessToken(tokenKey, token) },
  });
  const handler = createMcpHandler(() => createPaymentsServer(book));
  // Whoever lacks a scope is known by now; whoever has no token is refused further out.
  const serve = observeFetch((request: Request, options: { authInfo: AuthInfo }) => handler.fetch(request, options), {
    server: paymentsIdentity,
  });
  return toNodeHandler({
    fetch: async (request) => {
      const authInfo = await authorize(request);
      return authInfo instanceof Response ? authInfo : serve(request, { authInfo });
    },
  });
}
