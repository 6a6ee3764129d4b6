import { hashCode } from "../hash-number.ts";

export interface Ticket {
  ticketId: string;
  title: string;
  description: string;
  dueDate: string;
  priority: "low" | "normal" | "high";
  assignee: string;
  status: "open" | "in_progress" | "closed";
}

/** The tickets of one process. A ticket's id comes from its title, so that equal runs make equal ids. */
export class TicketStore {
  readonly #tickets = new Map<string, Ticket>();
  readonly #perTitle = new Map<string, number>();

  create(ticket: Omit<Ticket, "ticketId" | "status">): Ticket {
    const nth = (this.#perTitle.get(ticket.title) ?? 0) + 1;
    this.#perTitle.set(ticket.title, nth);
    const created: Ticket = { ...ticket, ticketId: `TCK-${hashCode(`${ticket.title} ${nth}`)}`, status: "open" };
    this.#tickets.set(created.ticketId, created);
    return created;
  }

  find(ticketId: string): Ticket | undefined {
    return this.#tickets.get(ticketId);
  }

  update(ticketId: string, change: Partial<Omit<Ticket, "ticketId">>): Ticket | undefined {
    const ticket = this.#tickets.get(ticketId);
    if (!ticket) return undefined;
    const updated = { ...ticket, ...change };
    this.#tickets.set(ticketId, updated);
    return updated;
  }

  list(filter: { titlePrefix: string; limit: number }): Ticket[] {
    return [...this.#tickets.values()]
      .filter((ticket) => ticket.title.startsWith(filter.titlePrefix))
      .slice(0, filter.limit);
  }
}
