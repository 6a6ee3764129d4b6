import { hostileTexts, nested, plantedSecrets, prototypeMember } from "./hostile-arguments.ts";
import { speaksV1, type Persona } from "./persona.ts";

const isoDate = /^\d{4}-\d{2}-\d{2}$/;

/** Small, fast and sloppy: gets formats wrong, makes tools up, pastes whatever it was given. */
export const carelessModel: Persona = {
  name: "careless model",
  hosts: ["opencode", "vscode", "claude-code", "script"],
  episodes: [
    {
      name: "date in the wrong format",
      async play(session) {
        const day = String(session.random.int(10, 28));
        const ticket = { title: `Broken parcel, shop ${session.number}`, priority: "high" };
        const { refusal } = await session.call("tickets", "create_ticket", { ...ticket, dueDate: `06/${day}/2026` });
        // The answer shows what a valid call looks like, and the model copies that.
        if (!isoDate.test(String(refusal?.example?.["dueDate"]))) return;
        const { json } = await session.call("tickets", "create_ticket", { ...ticket, dueDate: `2026-06-${day}` });
        await session.call("tickets", "update_ticket", { ticketId: json["ticketId"], status: "in_progress" });
        await session.call("tickets", "close_ticket", { ticketId: json["ticketId"], resolution: "fixed" });
      },
    },
    {
      name: "secret in a ticket",
      async play(session) {
        const { apiKey, githubToken, password } = plantedSecrets;
        const ticket = {
          title: `Checkout fails, shop ${session.number}`,
          description: `curl -H 'Authorization: Bearer ${githubToken}' -d key=${apiKey} https://api.acme.example; password: ${password}`,
          dueDate: "2026-08-20",
        };
        const { json } = await session.call("tickets", "create_ticket", ticket);
        await session.call("tickets", "update_ticket", { ticketId: json["ticketId"], priority: "high", password });
        await session.call("tickets", "list_tickets", { titlePrefix: ticket.title });
      },
    },
    {
      name: "changes everything but the mistake",
      async play(session) {
        const dueDate = "next Friday";
        const title = `Refund not received, shop ${session.number}`;
        const tries = [
          { title, dueDate },
          { title, dueDate, priority: "high" },
          { title: `${title} (urgent)`, dueDate, priority: "high" },
          { title: `${title} (urgent)`, dueDate, priority: "normal", assignee: "dana" },
        ];
        for (const ticket of tries) {
          const answer = await session.call("tickets", "create_ticket", ticket);
          if (answer.seen === "ok") return;
        }
      },
    },
    {
      name: "tool that does not exist",
      async play(session) {
        const { json } = await session.call("tickets", "create_ticket", {
          title: `Duplicate, shop ${session.number}`,
          dueDate: "2026-09-01",
        });
        const answer = await session.call("tickets", "delete_ticket", { ticketId: json["ticketId"] });
        if (answer.seen !== "ok")
          await session.call("tickets", "close_ticket", { ticketId: json["ticketId"], resolution: "duplicate" });
      },
    },
    {
      name: "messages that are no requests",
      async play(session) {
        await session.call("tickets", "list_tickets", { titlePrefix: "Duplicate" });
        await session.sendRaw("tickets", { arguments: { title: "no name" } });
        await session.sendRaw("tickets", { name: 42, arguments: {} });
        await session.sendRaw("tickets", { name: "list_tickets", arguments: "title=Duplicate" });
        await session.call("tickets", "list_tickets", { titlePrefix: "Broken" });
      },
    },
    {
      name: "script without a client",
      fits: speaksV1,
      async play(session) {
        const call = {
          jsonrpc: "2.0",
          id: 1,
          method: "tools/call",
          params: { name: "get_order", arguments: { orderId: "ORD-000001" } },
        };
        await session.post("payments", JSON.stringify(call), {});
        await session.post("payments", JSON.stringify(call).slice(0, -9), session.authorization);
        await session.post("inventory", JSON.stringify({ ...call, params: { name: "check_stock" } }), {
          "mcp-session-id": "gone",
        });
      },
    },
    {
      name: "hostile arguments",
      async play(session) {
        const dueDate = "2026-10-01";
        for (const [name, text] of Object.entries(hostileTexts)) {
          await session.call("tickets", "create_ticket", {
            title: `${name} ${session.number} ${text}`,
            description: text,
            dueDate,
          });
        }
        await session.call("tickets", "create_ticket", { title: "prototype", dueDate, ...prototypeMember() });
        await session.call("tickets", "create_ticket", { title: "deep", dueDate, description: nested(120) });
        await session.call("tickets", "create_ticket", { title: "huge", dueDate, description: "x".repeat(400_000) });
      },
    },
    {
      name: "import given up and begun again",
      async play(session) {
        const source = `old-shop-${session.ownNumber}.csv`;
        const answer = await session.call(
          "tickets",
          "import_tickets",
          { source, rows: 400 },
          { givesUpOnProgress: true },
        );
        if (answer.seen !== "timeout") return;
        // Nobody knows how many rows are in; the model begins again all the same, and is held.
        const again = await session.call("tickets", "import_tickets", { source, rows: 400 });
        if (again.refusal?.code !== "held") return;
        await session.call("tickets", "list_tickets", { titlePrefix: "old-shop", limit: 5 });
      },
    },
    {
      name: "the same ticket twice",
      async play(session) {
        const ticket = { title: `Customer waits for an answer, shop ${session.number}`, dueDate: "2026-08-11" };
        await session.call("tickets", "create_ticket", ticket);
        await session.call("tickets", "list_tickets", { titlePrefix: "Customer waits", limit: 1 });
        // Both were done and answered: to the gate the second is a wish of its own, and the dashboard points at it.
        await session.call("tickets", "create_ticket", ticket);
      },
    },
    {
      name: "handler with a bug",
      async play(session) {
        await session.call("tickets", "who_is_on_call", { team: "checkout" });
        await session.call("tickets", "who_is_on_call", { team: "checkout" });
        await session.call("tickets", "who_is_on_call", { team: "payments" });
      },
    },
  ],
};
