import { setTimeout as sleep } from "node:timers/promises";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { callContext, tachograph, type GateOptions } from "@tachograph/gate";
import type { Ledger } from "@tachograph/ledger";
import { z } from "zod";
import { hashNumber } from "../hash-number.ts";
import type { Supplier } from "./supplier.ts";

/** What all sessions share: which counts are warm, and what is reserved. */
export class Warehouse {
  readonly warm = new Set<string>();
  readonly reserved = new Map<string, number>();
}

/** Thrown where the supplier's service answers with an error status. */
class SupplierError extends Error {
  override readonly name = "SupplierError";
  readonly status: number;
  readonly headers: Headers;
  constructor(response: Response) {
    super(`Supplier answered ${response.status} ${response.statusText}`);
    this.status = response.status;
    this.headers = response.headers;
  }
}

const sku = z.string().regex(/^SKU-[A-Z0-9]{4,8}$/, "expected SKU- and four to eight letters or digits");
const warehouse = z.enum(["ams", "lisbon", "oslo", "malta"]);
const json = (value: unknown) => ({ content: [{ type: "text" as const, text: JSON.stringify(value) }] });
/** Longer than any client of the demo waits. */
const COLD_COUNT_MS = 20_000;

/** What the server calls itself. */
export const inventoryIdentity = { name: "inventory", version: "5.0.2" };

/**
 * What the gate does for the inventory: it says what the supplier's failures mean, and gives up on a slow count. Nothing
 * is executed once here: a reservation that is asked for twice is made twice, and the dashboard shows it.
 */
export const inventoryGate = (ledger: Ledger | undefined): GateOptions => ({
  ledger,
  defaults: {
    validate: true,
    errors: [
      {
        match: (error) => error instanceof SupplierError && error.status === 500,
        retry: "terminal",
        code: "supplier_broken",
        hint: "Another warehouse may know it.",
      },
    ],
  },
  tools: {
    check_stock: { timeout: 1_000 },
    order_pieces: { limits: { perSession: { calls: 1, windowSeconds: 3 } } },
  },
});

/** Stock and prices over a slow, sometimes broken upstream. SDK v1, one server per HTTP session. */
export function createInventoryServer({ warm, reserved }: Warehouse, supplier: Supplier, gate: GateOptions): McpServer {
  const server = tachograph(new McpServer(inventoryIdentity), gate);

  server.registerTool(
    "search_products",
    {
      description: "Products whose name contains a text.",
      inputSchema: { query: z.string().min(2), limit: z.number().int().min(1).max(20).default(3) },
      outputSchema: { products: z.array(z.object({ sku: z.string(), name: z.string() })) },
      annotations: { readOnlyHint: true },
    },
    ({ query, limit }) => {
      const products = Array.from({ length: limit }, (_, index) => ({
        sku: `SKU-${hashNumber(`${query} ${index}`, 1_679_616).toString(36).toUpperCase().padStart(4, "0")}`,
        name: `${query} ${["classic", "mini", "pro", "travel"][index % 4]}`,
      }));
      return { ...json({ products }), structuredContent: { products } };
    },
  );

  server.registerTool(
    "check_stock",
    {
      description: "Pieces in stock. The first count of a product is slow.",
      inputSchema: { sku, warehouse },
      annotations: { readOnlyHint: true, idempotentHint: true },
    },
    async (args) => {
      const key = `${args.sku} ${args.warehouse}`;
      if (!warm.has(key) && args.warehouse === "malta") {
        warm.add(key);
        await sleep(COLD_COUNT_MS, undefined, { signal: callContext().signal });
      }
      return json({ ...args, pieces: hashNumber(key, 400) });
    },
  );

  server.registerTool(
    "reserve_stock",
    {
      description: "Put pieces aside for an order.",
      inputSchema: { sku, warehouse, pieces: z.number().int().positive() },
    },
    async (args, { signal }) => {
      const key = `${args.sku} ${args.warehouse}`;
      const before = reserved.get(key) ?? 0;
      reserved.set(key, before + args.pieces);
      if (before === 0 && args.warehouse === "malta") await sleep(COLD_COUNT_MS, undefined, { signal });
      return json({ ...args, reservedInAll: before + args.pieces });
    },
  );

  server.registerTool(
    "order_pieces",
    {
      description: "Order pieces from the supplier, who takes an order every three seconds.",
      inputSchema: { sku, warehouse, pieces: z.number().int().positive() },
    },
    (args) => json({ ...args, arrivesInDays: 1 + hashNumber(`${args.sku} ${args.warehouse}`, 9) }),
  );

  server.registerTool(
    "get_price",
    {
      description: "The supplier's price of a product now.",
      inputSchema: { sku, warehouse },
      annotations: { readOnlyHint: true, openWorldHint: true },
    },
    async (args, { signal }) => {
      const base = args.warehouse === "malta" ? supplier.closedUrl : supplier.url;
      const response = await fetch(`${base}/${args.warehouse}/${args.sku}`, { signal });
      if (!response.ok) throw new SupplierError(response);
      return json(await response.json());
    },
  );

  return server;
}
