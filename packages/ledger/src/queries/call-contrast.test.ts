import { sampleCall } from "@tachograph/record/testing";
import type { CallRecord } from "@tachograph/record";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openLedger, type Ledger } from "../connection.ts";
import { idAt, recorded } from "../sample-calls.ts";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import { contrastCalls } from "./call-contrast.ts";
import type { CallFilter } from "./call-filter.ts";

const project = "default";
const now = Date.now();
const scope = { project, from: now - 3_600_000, to: now };

let database: TestDatabase;
let ledger: Ledger;
beforeAll(async () => {
  database = await createTestDatabase();
  ledger = openLedger({ url: database.url });
  const refund = { tool: "refund_order", serverName: "payments", mutability: "destructive" } as const;
  const denied = { ...refund, outcome: "denied", effect: "none", rule: "scopes" } as const;
  await record(40, { ...denied, principal: "eve", clientVersion: "2.0" });
  await record(10, { ...denied, principal: "ann", clientVersion: "2.0" });
  await record(50, { ...refund, principal: "ann", clientVersion: "1.0" });
  await record(100, { tool: "get_order", serverName: "orders", principal: "bob", clientVersion: "1.0" });
});
afterAll(async () => {
  await ledger.close();
  await database.drop();
});

async function record(count: number, spec: Partial<CallRecord>): Promise<void> {
  const calls = Array.from({ length: count }, (_, index) =>
    sampleCall({ id: idAt(now - 60_000 - index), outcome: "ok", ...spec }),
  );
  await ledger.record({ calls: calls.map(recorded), definitions: [] });
}

const contrast = (filter: CallFilter) => contrastCalls(ledger, { ...scope, filter });

describe("what sets calls apart", () => {
  test("that turned out in some way is told from those of the same kind that did not", async () => {
    const { these, others, shared, values } = await contrast({ outcomes: ["denied"], tools: ["refund_order"] });
    expect({ these, others, shared }).toEqual({ these: 50, others: 50, shared: { tools: ["refund_order"] } });
    expect(values).toEqual(
      expect.arrayContaining([
        { field: "rule", value: "scopes", these: 50, others: 0 },
        { field: "client_version", value: "2.0", these: 50, others: 0 },
        { field: "client_version", value: "1.0", these: 0, others: 50 },
        { field: "principal", value: "eve", these: 40, others: 0 },
        { field: "principal", value: "ann", these: 10, others: 50 },
      ]),
    );
    // Of a tool that both sides are of, there is nothing to tell.
    expect(values.map(({ field }) => field)).not.toContain("tool");
    expect(values.findIndex(({ value }) => value === "scopes")).toBeLessThan(
      values.findIndex(({ value }) => value === "eve"),
    );
  });

  test("by who made them is told from all others", async () => {
    const { these, others, shared, values } = await contrast({ principals: ["bob"] });
    expect({ these, others, shared }).toEqual({ these: 100, others: 100, shared: {} });
    expect(values).toContainEqual({ field: "tool", value: "get_order", these: 100, others: 0 });
  });

  test("is nothing where there are none, or no others", async () => {
    expect(await contrast({ principals: ["nobody"] })).toMatchObject({ these: 0, others: 200 });
    expect(await contrast({ servers: ["payments", "orders"] })).toMatchObject({ these: 200, others: 0 });
  });
});
