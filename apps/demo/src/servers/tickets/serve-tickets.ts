import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { exitWithStdin } from "../exit-with-stdin.ts";
import { TicketStore } from "./ticket-store.ts";
import { createTicketsServer } from "./tickets-server.ts";

const server = createTicketsServer(new TicketStore());
exitWithStdin(() => server.close());
await server.connect(new StdioServerTransport());
