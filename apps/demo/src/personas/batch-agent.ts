import type { Persona } from "./persona.ts";

const CALLS_A_ROUND = 10;
const ROUNDS = 6;

/** An agent that works a list off, without waiting and mostly without errors: load for measurements, no story. */
export const batchAgent: Persona = {
  name: "batch agent",
  hosts: ["vscode", "opencode"],
  episodes: [
    {
      name: "work a list off",
      async play(session) {
        for (let round = 0; round < ROUNDS; round++) {
          const first = session.ownNumber + round * 5;
          for (let item = 0; item < CALLS_A_ROUND / 2; item++) {
            const number = (first + item) % 1_000_000;
            const orderId = `ORD-${String(number).padStart(6, "0")}`;
            await session.call("payments", "get_order", { orderId });
            // About one in twenty has no date, as lists have.
            const dueDate = session.random.chance(0.05) ? "" : "2026-09-30";
            await session.call("tickets", "create_ticket", { title: `Check ${orderId}, round ${round}`, dueDate });
          }
        }
      },
    },
  ],
};
