import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { openDemoLedger } from "../demo-ledger.ts";
import { exitWithStdin } from "../exit-with-stdin.ts";
import { TicketStore } from "./ticket-store.ts";
import { createTicketsServer } from "./tickets-server.ts";

// One of many processes of its kind: a few connections do.
const ledger = openDemoLedger({ maxConnections: 1, operationConnections: 2 });
const server = createTicketsServer(new TicketStore(), ledger);
exitWithStdin(() => server.close(), ledger);
await server.connect(new StdioServerTransport());
