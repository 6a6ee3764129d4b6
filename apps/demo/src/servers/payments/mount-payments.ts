import { toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler, requireBearerAuth } from "@modelcontextprotocol/server";
import type { HttpMount } from "../http-mount.ts";
import { verifyAccessToken } from "./access-token.ts";
import { OrderBook } from "./order-book.ts";
import { createPaymentsServer } from "./payments-server.ts";

/** Payments without sessions, behind bearer tokens: a server for each request, for clients of both protocol eras. */
export function mountPayments(tokenKey: string): HttpMount {
  const book = new OrderBook();
  const authorize = requireBearerAuth({
    verifier: { verifyAccessToken: async (token) => verifyAccessToken(tokenKey, token) },
  });
  const handler = createMcpHandler(() => createPaymentsServer(book));
  return toNodeHandler({
    fetch: async (request) => {
      const authInfo = await authorize(request);
      return authInfo instanceof Response ? authInfo : handler.fetch(request, { authInfo });
    },
  });
}
