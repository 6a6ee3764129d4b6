import { rmSync } from "node:fs";
import { createServer } from "node:http";
import { closeRecorders, observeHttp } from "@tachograph/gate";
import { openDemoLedger } from "./demo-ledger.ts";
import { createEverythingServer, everythingIdentity } from "./everything/everything-server.ts";
import { mount, type HttpMount } from "./http-mount.ts";
import { createInventoryServer, inventoryGate, inventoryIdentity, Warehouse } from "./inventory/inventory-server.ts";
import { limitTrialKeys } from "./inventory/limit-trial-keys.ts";
import { startSupplier } from "./inventory/supplier.ts";
import { listen } from "./listen.ts";
import { startBank } from "./payments/bank.ts";
import { mountPayments } from "./payments/mount-payments.ts";
import { OrderBook } from "./payments/order-book.ts";
import { paymentsIdentity } from "./payments/payments-server.ts";
import { statefulMount } from "./stateful-mount.ts";

// The HTTP servers of the demo in one process of their own. The parent gives the token key and the run's folder, which is
// removed here because this process ends in good order even where the parent is killed; it gets the port.
const tokenKey = process.env["DEMO_TOKEN_KEY"];
const folder = process.env["DEMO_FOLDER"];
if (tokenKey === undefined || folder === undefined) {
  throw new Error("serve-http: DEMO_TOKEN_KEY or DEMO_FOLDER is missing; start the demo with `pnpm demo`");
}

// One ledger for all of them: what the HTTP layer refuses and what the servers answer is recorded together.
const ledger = openDemoLedger();
// The first operation must not wait for a connection longer than its client waits for an answer.
await ledger?.find("default", "none");
const supplier = await startSupplier();
const warehouse = new Warehouse();
const inventory = inventoryGate(ledger);
const book = new OrderBook();
const bank = await startBank(book);
const mounts: Record<string, HttpMount> = {
  "/payments": mount(
    [observeHttp({ server: paymentsIdentity, ledger })],
    mountPayments({ tokenKey, ledger, book, bank }),
  ),
  "/inventory": mount(
    [observeHttp({ server: inventoryIdentity, ledger }), limitTrialKeys()],
    statefulMount(() => createInventoryServer(warehouse, supplier, inventory)),
  ),
  "/everything": mount([observeHttp({ server: everythingIdentity })], statefulMount(createEverythingServer)),
};

const server = createServer((request, response) => {
  const serve = mounts[request.url ?? ""];
  if (serve) void serve(request, response);
  // For whoever checks what really happened: no agent of the demo asks for it.
  else if (request.url === "/payouts") response.end(JSON.stringify(book.payouts));
  else response.writeHead(404).end();
});
process.send?.({ port: await listen(server) });

// Ctrl-C reaches every process of the terminal; the parent decides when this one ends.
process.on("SIGINT", () => undefined);
// The channel to the parent closes when the parent stops or dies; no server outlives it.
process.once("disconnect", () => {
  supplier.close();
  bank.close();
  server.close();
  server.closeAllConnections();
  // Tasks of the reference server keep their timers; nobody waits for those.
  void closeRecorders()
    .then(() => ledger?.close())
    .finally(() => {
      rmSync(folder, { recursive: true, force: true });
      process.exit(0);
    });
});
