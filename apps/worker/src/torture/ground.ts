import { startShipper, type Shipper } from "@tachograph/gate/journal";
import { openLedger, sweepOperations, type Ledger } from "@tachograph/ledger";
import { administer, createTestDatabase } from "@tachograph/ledger/testing";
import { createEffects } from "./effects.ts";
import { readExecutions, type Execution } from "./executions.ts";
import { makePlace, type Place } from "./place.ts";
import type { Call, Delivery } from "./deliver.ts";
import { startHttpServer, startServer, type ServerProcess, type StartOptions } from "./server-process.ts";
import { faultsOfTrail } from "./trail.ts";

/** A database, a folder, and all that was delivered to the servers that share them. */
export interface Ground {
  ledger: Ledger;
  place: Place;
  start(options?: StartOptions): Promise<ServerProcess>;
  /** One that is reached over HTTP, by a client that bears a token. */
  startHttp(token: string, options?: StartOptions): Promise<ServerProcess>;
  deliver(server: ServerProcess, call: Call): Promise<Delivery>;
  /** What handlers did for an order; for all of them where none is named. */
  executions(order?: string): Execution[];
  /** As if the owners of a session's operations had been silent for longer than they may be. */
  expireLeases(sessionId: string): Promise<void>;
  /** What the worker does from time to time, once journals have brought the rows that they have. */
  sweep(): Promise<void>;
  /** Kills all servers, stores all that they left behind, and says what is wrong with the trail. */
  faults(): Promise<string[]>;
  close(): Promise<void>;
}

interface Database {
  url: string;
  drop(): Promise<void>;
}

/**
 * @param options.ships - Stores what dead servers left in their journals, as the worker does. Otherwise it does so only at
 * the end.
 */
export async function openGround(given: { database?: Database; ships?: boolean } = {}): Promise<Ground> {
  const { database = await createTestDatabase(), ships = true } = given;
  const { url } = database;
  await administer(url, createEffects);
  const ledger = openLedger({ url });
  const place = makePlace(url);
  const follow = (): Shipper => startShipper({ directory: place.journal, sink: ledger });
  let shipper = ships ? follow() : undefined;
  const servers: ServerProcess[] = [];
  const deliveries: Delivery[] = [];
  const killServers = async (): Promise<void> => {
    await Promise.all(servers.splice(0).map((server) => server.kill()));
  };
  const sweep = async (): Promise<void> => {
    await (shipper ??= follow()).flush();
    await sweepOperations(ledger, { rowGraceMs: 0 });
  };

  const keep = (server: ServerProcess): ServerProcess => {
    servers.push(server);
    return server;
  };

  return {
    ledger,
    place,
    start: async (options) => keep(await startServer(place, options)),
    startHttp: async (token, options) => keep(await startHttpServer(place, token, options)),
    async deliver(server, call) {
      const delivery = await server.deliver(call);
      deliveries.push(delivery);
      return delivery;
    },
    executions: (order) =>
      readExecutions(place.executions).filter((execution) => order === undefined || execution.order === order),
    async expireLeases(sessionId) {
      await ledger.db
        .updateTable("operations")
        .set({ leaseExpiresAt: new Date(0) })
        .where("sessionId", "=", sessionId)
        .where("state", "=", "in_flight")
        .execute();
    },
    sweep,
    async faults() {
      await killServers();
      await sweep();
      return faultsOfTrail(ledger, place, deliveries);
    },
    async close() {
      await killServers();
      await shipper?.stop();
      await ledger.close();
      await database.drop();
      place[Symbol.dispose]();
    },
  };
}
