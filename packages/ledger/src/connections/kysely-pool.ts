import type { PostgresPool, PostgresPoolClient } from "kysely";
import { LedgerError } from "../ledger-error.ts";
import { coded, type Connections } from "./connections.ts";
import { assertWanted, withinBudget, type QueryBudget } from "./query-budget.ts";

/** Connections as Kysely asks for them. With a budget, which each query has for itself, they are somebody else's to close. */
export function kyselyPool(connections: Connections, budget?: QueryBudget): PostgresPool {
  return {
    options: {},
    async connect(): Promise<PostgresPoolClient> {
      assertWanted(budget?.signal);
      const { client, release } = await connections.acquire();
      let fault: unknown;
      const query = async (statement: string, values: readonly unknown[]): Promise<unknown> => {
        try {
          const send = (): Promise<unknown> => client.query(statement, [...values]);
          return await (budget === undefined ? send() : withinBudget(client, budget, send));
        } catch (error) {
          fault = error instanceof LedgerError ? error.cause : error;
          throw coded(error);
        }
      };
      return {
        query: query as PostgresPoolClient["query"],
        release: (broken) => release(broken === true ? new Error("discarded") : fault),
      };
    },
    end: () => (budget === undefined ? connections.close() : Promise.resolve()),
  };
}
