import { createServer } from "node:http";
import { listen } from "../listen.ts";

export interface Supplier {
  /** Base URL of the supplier's own service, and of one that nobody listens on. */
  url: string;
  closedUrl: string;
  close(): void;
}

/**
 * The service behind the inventory: prices, except that the warehouse `lisbon` answers 503 with Retry-After and
 * `oslo` 500, as an upstream in trouble does.
 */
export async function startSupplier(): Promise<Supplier> {
  const service = createServer((request, response) => {
    const [, warehouse = "", sku = ""] = (request.url ?? "").split("/");
    if (warehouse === "lisbon") response.writeHead(503, { "retry-after": "2" }).end("maintenance");
    else if (warehouse === "oslo") response.writeHead(500).end("internal server error");
    else
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ sku, cents: 500 + sku.length * 37 }));
  });
  const url = `http://127.0.0.1:${await listen(service)}`;
  // A port that was ours a moment ago and is closed now: connecting to it is refused.
  const closed = createServer();
  const closedUrl = `http://127.0.0.1:${await listen(closed)}`;
  closed.close();
  return {
    url,
    closedUrl,
    close: () => {
      service.close();
      service.closeAllConnections();
    },
  };
}
