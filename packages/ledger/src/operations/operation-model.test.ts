import * as fc from "fast-check";
import { afterAll, beforeAll, test } from "vitest";
import { openLedger, type Ledger } from "../connection.ts";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import { walk } from "./testing/walk.ts";
import { Walker } from "./testing/walker.ts";

/** `TACHOGRAPH_PROPERTY_RUNS=100000` for a long walk. */
const RUNS = Number(process.env.TACHOGRAPH_PROPERTY_RUNS ?? 1_000);

let database: TestDatabase;
let ledger: Ledger;
beforeAll(async () => {
  database = await createTestDatabase();
  ledger = openLedger({ url: database.url, claimBudgetMs: 10_000 });
});
afterAll(async () => {
  await ledger.close();
  await database.drop();
});

test(
  `${RUNS} walks of owners that claim, settle, die, take over and repeat, alone and at once, are as the model says`,
  { timeout: 120_000 + RUNS * 200 },
  async () => {
    await fc.assert(
      fc.asyncProperty(walk, async (steps) => new Walker(ledger, steps).run()),
      { numRuns: RUNS, interruptAfterTimeLimit: 50_000 + RUNS * 150, markInterruptAsFailure: true },
    );
  },
);
