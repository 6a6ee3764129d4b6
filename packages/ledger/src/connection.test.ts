import { sql } from "kysely";
import { expect, test } from "vitest";
import { openLedger } from "./connection.ts";
import { createTestDatabase } from "./testing.ts";

test("a statement that takes longer than allowed is ended by the server, and the pool goes on", async () => {
  const database = await createTestDatabase();
  const ledger = openLedger({ url: database.url, maxConnections: 1, statementTimeoutMs: 100 });
  await expect(sql`select pg_sleep(10)`.execute(ledger.db)).rejects.toMatchObject({ code: "57014" });
  await expect(sql`select 1 as one`.execute(ledger.db)).resolves.toMatchObject({ rows: [{ one: 1 }] });
  await ledger.close();
  await database.drop();
});
