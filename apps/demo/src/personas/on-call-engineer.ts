import { z } from "zod";
import type { AgentSession } from "../simulator/agent-session.ts";
import { namesCalls, ownsProcesses, type Persona } from "./persona.ts";

/** A product of this session's own, so that what other sessions counted or reserved does not matter. */
const ownSku = (session: AgentSession): string =>
  `SKU-${(session.number * 64 + session.random.int(0, 63)).toString(36).toUpperCase().padStart(6, "0")}`;

const products = z.object({ products: z.array(z.object({ sku: z.string() })) });
const productsIn = (json: unknown): { sku: string }[] => products.safeParse(json).data?.products ?? [];

/** Long enough for a call that is answered, far too short for one that hangs. */
const IMPATIENT_MS = 1_500;

/** Keeps the shop running: stock, prices, exports, and everything that breaks on the way. */
export const onCallEngineer: Persona = {
  name: "on-call engineer",
  hosts: ["claude-code", "vscode", "acme-agent", "script"],
  episodes: [
    {
      name: "slow count, asked again",
      async play(session) {
        const stock = { sku: ownSku(session), warehouse: "malta" };
        const answer = await session.call("inventory", "check_stock", stock);
        if (answer.refusal?.code !== "timeout") return;
        await session.waitAsTold(answer);
        await session.call("inventory", "check_stock", stock);
      },
    },
    {
      name: "supplier refuses connections",
      async play(session) {
        const sku = ownSku(session);
        for (let attempt = 0; attempt < 4; attempt++) {
          const answer = await session.call("inventory", "get_price", { sku, warehouse: "malta" });
          if (answer.refusal?.retry !== "retryable") break;
        }
        await session.call("inventory", "get_price", { sku, warehouse: "ams" });
      },
    },
    {
      name: "supplier in maintenance",
      async play(session) {
        const sku = ownSku(session);
        await session.call("inventory", "get_price", { sku, warehouse: "lisbon" });
        await session.call("inventory", "get_price", { sku, warehouse: "lisbon" });
        await session.call("inventory", "get_price", { sku, warehouse: "oslo" });
        await session.call("inventory", "get_price", { sku, warehouse: "ams" });
      },
    },
    {
      name: "export, asked after until it is done",
      async play(session) {
        const report = `revenue by product, shop ${session.number}`;
        const started = await session.call("reports", "start_export", { report, from: "2026-07-01", to: "2026-07-31" });
        const exportId = started.json["exportId"];
        for (let poll = 0; poll < 5; poll++) {
          const answer = await session.call("reports", "get_export", { exportId });
          if (answer.json["state"] !== "running") return;
        }
      },
    },
    {
      name: "trial key runs dry",
      async play(session) {
        await session.disconnect("inventory");
        session.apiKey = `trial-${session.number}`;
        const names = ["kettle", "toaster", "grinder", "scale", "whisk", "sieve"] as const;
        for (const name of names) {
          const answer = await session.call("inventory", "search_products", { query: name });
          if (answer.seen === "ok") continue;
          await session.call("inventory", "search_products", { query: name });
          break;
        }
        await session.disconnect("inventory");
        session.apiKey = `standard-${session.number}`;
      },
    },
    {
      name: "server killed in the middle of an import",
      fits: ownsProcesses,
      async play(session) {
        const source = `legacy-tracker-${session.ownNumber}.csv`;
        let killing: Promise<void> | undefined;
        const onProgress = (): void => {
          killing ??= session.killServer("tickets");
        };
        await session.call("tickets", "import_tickets", { source, rows: 5_000 }, { onProgress });
        await killing;
        // Nobody knows how far it came; a careful agent looks first.
        await session.call("tickets", "list_tickets", { titlePrefix: "legacy", limit: 5 });
        await session.call("tickets", "import_tickets", { source, rows: 5 });
      },
    },
    {
      name: "HTTP session lost",
      fits: namesCalls,
      async play(session) {
        const stock = { sku: ownSku(session), warehouse: "ams" };
        await session.call("inventory", "check_stock", stock);
        await session.loseHttpSession("inventory");
        const other = { ...stock, warehouse: "oslo" };
        const answer = await session.call("inventory", "check_stock", other);
        if (answer.seen === "ok") return;
        const toolUseId = session.lastToolUseId;
        await session.disconnect("inventory");
        await session.call("inventory", "check_stock", other, { toolUseId });
      },
    },
    {
      name: "reservation that hangs",
      async play(session) {
        const reservation = { sku: ownSku(session), warehouse: "malta", pieces: session.random.int(1, 9) };
        const answer = await session.call("inventory", "reserve_stock", reservation, { timeoutMs: IMPATIENT_MS });
        // It was reserved before it hung; repeating it reserves twice.
        if (answer.seen === "timeout") await session.call("inventory", "reserve_stock", reservation);
      },
    },
    {
      name: "more orders than the supplier takes",
      async play(session) {
        const sku = ownSku(session);
        for (const warehouse of ["ams", "oslo"]) {
          const order = { sku, warehouse, pieces: 12 };
          const answer = await session.call("inventory", "order_pieces", order);
          if (answer.refusal?.code !== "rate_limited") continue;
          await session.waitAsTold(answer);
          await session.call("inventory", "order_pieces", order);
        }
      },
    },
    {
      name: "stock check before a sale",
      async play(session) {
        const { json } = await session.call("inventory", "search_products", {
          query: `kettle ${session.number}`,
          limit: 2,
        });
        for (const { sku } of productsIn(json)) {
          await session.call("inventory", "check_stock", {
            sku,
            warehouse: session.random.pick(["ams", "oslo", "lisbon"]),
          });
          await session.call("inventory", "get_price", { sku, warehouse: "ams" });
        }
      },
    },
  ],
};
