import { rmSync } from "node:fs";
import { createServer } from "node:http";
import { closeRecorders, observeHttp } from "@tachograph/gate";
import { createEverythingServer, everythingIdentity } from "./everything/everything-server.ts";
import { mount, type HttpMount } from "./http-mount.ts";
import { createInventoryServer, inventoryIdentity, Warehouse } from "./inventory/inventory-server.ts";
import { limitTrialKeys } from "./inventory/limit-trial-keys.ts";
import { startSupplier } from "./inventory/supplier.ts";
import { listen } from "./listen.ts";
import { mountPayments } from "./payments/mount-payments.ts";
import { paymentsIdentity } from "./payments/payments-server.ts";
import { statefulMount } from "./stateful-mount.ts";

// The HTTP servers of the demo in one process of their own. The parent gives the token key and the run's folder, which is
// removed here because this process ends in good order even where the parent is killed; it gets the port.
const tokenKey = process.env["DEMO_TOKEN_KEY"];
const folder = process.env["DEMO_FOLDER"];
if (tokenKey === undefined || folder === undefined) {
  throw new Error("serve-http: DEMO_TOKEN_KEY or DEMO_FOLDER is missing; start the demo with `pnpm demo`");
}

const supplier = await startSupplier();
const warehouse = new Warehouse();
const mounts: Record<string, HttpMount> = {
  "/payments": mount([observeHttp({ server: paymentsIdentity })], mountPayments(tokenKey)),
  "/inventory": mount(
    [observeHttp({ server: inventoryIdentity }), limitTrialKeys()],
    statefulMount(() => createInventoryServer(warehouse, supplier)),
  ),
  "/everything": mount([observeHttp({ server: everythingIdentity })], statefulMount(createEverythingServer)),
};

const server = createServer((request, response) => {
  const serve = mounts[request.url ?? ""];
  if (serve) void serve(request, response);
  else response.writeHead(404).end();
});
process.send?.({ port: await listen(server) });

// Ctrl-C reaches every process of the terminal; the parent decides when this one ends.
process.on("SIGINT", () => undefined);
// The channel to the parent closes when the parent stops or dies; no server outlives it.
process.once("disconnect", () => {
  supplier.close();
  server.close();
  server.closeAllConnections();
  // Tasks of the reference server keep their timers; nobody waits for those.
  void closeRecorders().finally(() => {
    rmSync(folder, { recursive: true, force: true });
    process.exit(0);
  });
});
