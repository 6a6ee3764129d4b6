import type { PostgresPool, PostgresPoolClient } from "kysely";
import { coded, type Connections } from "./connections.ts";

/** Connections as Kysely asks for them. */
export function kyselyPool(connections: Connections): PostgresPool {
  return {
    options: {},
    async connect(): Promise<PostgresPoolClient> {
      const { client, release } = await connections.acquire();
      let fault: unknown;
      const query = async (statement: string, values: readonly unknown[]): Promise<unknown> => {
        try {
          return await client.query(statement, [...values]);
        } catch (error) {
          fault = error;
          throw coded(error);
        }
      };
      return {
        query: query as PostgresPoolClient["query"],
        release: (broken) => release(broken === true ? new Error("discarded") : fault),
      };
    },
    end: () => connections.close(),
  };
}
