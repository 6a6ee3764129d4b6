import { setTimeout as sleep } from "node:timers/promises";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { callContext, correctable, tachograph } from "@tachograph/gate";
import type { Ledger } from "@tachograph/ledger";
import { z } from "zod";
import type { Ticket, TicketStore } from "./ticket-store.ts";

const date = z.iso.date("expected a date as YYYY-MM-DD");
const priority = z.enum(["low", "normal", "high"]);
const rotas: Record<string, { onCall: string }> = { payments: { onCall: "dana" }, search: { onCall: "emeka" } };

const json = (value: unknown) => ({ content: [{ type: "text" as const, text: JSON.stringify(value) }] });

function found(ticket: Ticket | undefined, ticketId: string): Ticket {
  if (ticket) return ticket;
  const hint = "list_tickets gives the ids of tickets.";
  throw correctable(`Ticket ${ticketId} does not exist`, { code: "no_such_ticket", param: "ticketId", hint });
}

/**
 * A ticket tracker. SDK v1; some tools carry annotations and, as in most servers, some do not. One line for all tools
 * switches on what the gate does: what the host delivers twice is done once, and what was cut off is not repeated
 * blindly. Without a ledger nothing remembers that.
 */
export function createTicketsServer(store: TicketStore, ledger?: Ledger): McpServer {
  const server = tachograph(new McpServer({ name: "tickets", version: "0.9.4" }), {
    ledger,
    defaults: { validate: true, errors: true, once: ledger !== undefined },
  });

  server.registerTool(
    "create_ticket",
    {
      description: "Open a ticket.",
      inputSchema: {
        title: z.string().min(3).max(2_000_000),
        description: z.string().default(""),
        dueDate: date,
        priority: priority.default("normal"),
        assignee: z.string().default("unassigned"),
      },
    },
    (ticket) => json(store.create(ticket)),
  );

  server.registerTool(
    "list_tickets",
    {
      description: "Tickets whose title starts with a text.",
      inputSchema: { titlePrefix: z.string(), limit: z.number().int().min(1).max(50).default(10) },
      annotations: { readOnlyHint: true },
    },
    (filter) => json(store.list(filter)),
  );

  server.registerTool(
    "update_ticket",
    {
      description: "Change fields of a ticket.",
      inputSchema: {
        ticketId: z.string().regex(/^TCK-[0-9A-F]{6}$/, "expected TCK- and six hex digits"),
        dueDate: date.optional(),
        priority: priority.optional(),
        status: z.enum(["open", "in_progress"]).optional(),
      },
    },
    ({ ticketId, ...change }) => json(found(store.update(ticketId, change), ticketId)),
  );

  server.registerTool(
    "close_ticket",
    {
      description: "Close a ticket for good.",
      inputSchema: { ticketId: z.string(), resolution: z.enum(["fixed", "duplicate", "wont_fix"]) },
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true },
    },
    ({ ticketId }) => json(found(store.update(ticketId, { status: "closed" }), ticketId)),
  );

  server.registerTool(
    "who_is_on_call",
    {
      description: "Who answers for a team now.",
      inputSchema: { team: z.string() },
      annotations: { readOnlyHint: true },
    },
    // A team without a rota makes this throw a TypeError, as such code does.
    ({ team }) => json({ team, onCall: (rotas[team] as { onCall: string }).onCall }),
  );

  server.registerTool(
    "import_tickets",
    {
      description: "Import tickets from an export of another tracker. Takes a while.",
      inputSchema: { source: z.string(), rows: z.number().int().min(1).max(10_000) },
    },
    async ({ source, rows }, { _meta, sendNotification }) => {
      const progressToken = _meta?.progressToken;
      if (progressToken !== undefined) {
        await sendNotification({
          method: "notifications/progress",
          params: { progressToken, progress: 0, total: rows },
        });
      }
      await sleep(rows * 4, undefined, { signal: callContext().signal });
      return json({ source, imported: rows });
    },
  );

  return server;
}
