import { sampleCall } from "@tachograph/record/testing";
import type { CallRecord } from "@tachograph/record";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLedger, type Ledger } from "../connection.ts";
import { idAt, recorded } from "../sample-calls.ts";
import { createTestDatabase, type TestDatabase } from "../testing.ts";
import { listToolContracts } from "./tool-contracts.ts";
import { listFailingParameters } from "./tool-failures.ts";
import { getToolLatency, listToolLatencies } from "./tool-latency.ts";
import { listTools } from "./tool-list.ts";

const HOUR_MS = 3_600_000;
const now = Date.now();
const scope = { project: "default", from: now - 24 * HOUR_MS, to: now };

let database: TestDatabase;
let ledger: Ledger;
let seq = 0;
const call = (fields: Partial<CallRecord>, hoursAgo = 1): CallRecord =>
  sampleCall({
    serverName: "tickets",
    tool: "create_ticket",
    mutability: "mutating",
    id: idAt(now - hoursAgo * HOUR_MS + seq),
    startedAt: now - hoursAgo * HOUR_MS + seq++,
    ...fields,
  });
const invalid = (paths: readonly (readonly [path: string, code: string])[], hoursAgo = 1): CallRecord =>
  call({ outcome: "invalid_input", effect: "none", issues: paths.map(([path, code]) => ({ path, code })) }, hoursAgo);

const definitionOf = (hash: string, seenAt: number) => ({
  hash,
  project: "default",
  serverName: "tickets",
  serverVersion: "1.0.0",
  tool: "create_ticket",
  definition: `{"name":"create_ticket","v":"${hash}"}`,
  seenAt,
});

beforeAll(async () => {
  database = await createTestDatabase();
  ledger = openLedger({ url: database.url });
  const newest = call({ outcome: "ok", toolDefHash: "old", durationUs: 3_000 }, 0.01);
  const calls = [
    call({ outcome: "ok", toolDefHash: "old", durationUs: 1_000 }),
    call({ outcome: "ok", retryKind: "repeat", toolDefHash: "new", durationUs: 2_000 }),
    newest,
    invalid([["/due", "invalid_format"]]),
    invalid([
      ["/due", "invalid_format"],
      ["/items/0/price", "invalid_type"],
      ["/items/12/price", "invalid_type"],
    ]),
    invalid([["/due", "required"]]),
    invalid([["/due", "required"]], 30),
    call({ outcome: "denied", serverName: "payments", tool: "refund_order" }),
    call({ outcome: "tool_error", serverName: "payments", tool: "refund_order", retryKind: "model_retry" }),
    call({ outcome: "malformed", tool: null }),
  ];
  await ledger.record({
    calls: calls.map(recorded),
    definitions: [definitionOf("old", now - 72 * HOUR_MS), definitionOf("new", now - HOUR_MS)],
  });
});
afterAll(async () => {
  await ledger.close();
  await database.drop();
});

test("each tool is counted with what went wrong, the most used first", async () => {
  const tools = await listTools(ledger, { ...scope, limit: 10 });
  expect(tools.map(({ serverName, tool }) => `${serverName}/${tool ?? ""}`)).toEqual([
    "tickets/create_ticket",
    "payments/refund_order",
    "tickets/",
  ]);
  expect(tools[0]).toEqual({
    serverName: "tickets",
    tool: "create_ticket",
    calls: 6,
    refusals: 3,
    denials: 0,
    invalid: 3,
    errors: 0,
    retries: 0,
    repeats: 1,
    unknownEffects: 0,
    contractChanges: 1,
  });
  expect(tools[1]).toMatchObject({ calls: 2, denials: 1, errors: 1, retries: 1, contractChanges: 0 });
});

test("tools are found by a part of their name or server, and sorted by what goes wrong", async () => {
  const names = async (options: object) =>
    (await listTools(ledger, { ...scope, limit: 10, ...options })).map(({ tool }) => tool);
  expect(await names({ search: "PAY" })).toEqual(["refund_order"]);
  expect(await names({ search: "%" })).toEqual([]);
  expect(await names({ sort: "denials", limit: 1 })).toEqual(["refund_order"]);
  expect(await names({ server: "tickets", tool: "create_ticket" })).toEqual(["create_ticket"]);
});

test("each place where arguments fail is counted once a call, whatever its index in an array", async () => {
  const found = await listFailingParameters(ledger, { ...scope, server: "tickets", tool: "create_ticket", limit: 10 });
  expect(found).toMatchObject({ looked: 3, capped: false, places: 2 });
  expect(found.parameters.map(({ path, calls, codes }) => ({ path, calls, codes }))).toEqual([
    {
      path: "/due",
      calls: 3,
      codes: [
        { code: "invalid_format", calls: 2 },
        { code: "required", calls: 1 },
      ],
    },
    { path: "/items/*/price", calls: 1, codes: [{ code: "invalid_type", calls: 1 }] },
  ]);
  const first = await listFailingParameters(ledger, { ...scope, limit: 1 });
  expect(first).toMatchObject({ parameters: [{ path: "/due" }], places: 2 });
  expect(await listFailingParameters(ledger, { ...scope, tool: "none", limit: 1 })).toEqual({
    parameters: [],
    places: 0,
    looked: 0,
    capped: false,
  });
});

test("a tool with many failing places does not hide where another one fails", async () => {
  const made = call({
    outcome: "invalid_input",
    tool: "search_tickets",
    issues: Array.from({ length: 20 }, (_, index) => ({ path: `/made_up_${index}`, code: "unrecognized_keys" })),
  });
  const noted = call({
    outcome: "invalid_input",
    tool: "assign_ticket",
    issues: [{ path: "/to", code: "required" }],
  });
  await ledger.record({
    calls: [recorded(made), recorded({ ...made, id: idAt(now - 1000) }), recorded(noted)],
    definitions: [],
  });
  const { parameters, places } = await listFailingParameters(ledger, { ...scope, perTool: 1, limit: 10 });
  expect(parameters.map(({ tool }) => tool)).toEqual(["create_ticket", "search_tickets", "assign_ticket"]);
  expect(places).toBeGreaterThan(20);
});

test("the contract in force is that of the newest call, not the one that was seen last", async () => {
  const key = { ...scope, server: "tickets", tool: "create_ticket", limit: 10 };
  const { contracts, ...counted } = await listToolContracts(ledger, key);
  expect(contracts.map(({ hash, isInForce, calls }) => [hash, isInForce, calls])).toEqual([
    ["new", false, 1],
    ["old", true, 2],
  ]);
  expect(contracts[1]?.lastUsedAt).toBeGreaterThan(contracts[0]?.lastUsedAt ?? Infinity);
  expect(counted).toEqual({ looked: 6, capped: false });
  expect(await listToolContracts(ledger, { ...key, project: "other" })).toEqual({
    contracts: [],
    looked: 0,
    capped: false,
  });
});

test("a contract that another server had first is found by the calls that ran under it", async () => {
  const copied = call({ outcome: "ok", serverName: "tickets-eu", toolDefHash: "old" });
  await ledger.record({ calls: [recorded(copied)], definitions: [] });
  const { contracts } = await listToolContracts(ledger, {
    ...scope,
    server: "tickets-eu",
    tool: "create_ticket",
    limit: 10,
  });
  expect(contracts).toMatchObject([{ hash: "old", isInForce: true, calls: 1 }]);
});

test("how long a tool takes is told from its newest calls", async () => {
  const latency = await getToolLatency(ledger, { ...scope, server: "payments", tool: "none" });
  expect(latency).toEqual({ p50Us: null, p95Us: null, sampled: 0 });
  expect(await getToolLatency(ledger, { ...scope, server: "tickets", tool: "create_ticket" })).toMatchObject({
    sampled: 6,
  });
  const tools = ["refund_order", "none\0", "create_ticket"].map((tool) => ({ serverName: "payments", tool }));
  const listed = await listToolLatencies(ledger, { ...scope, tools });
  expect(listed.map(({ sampled }) => sampled)).toEqual([2, 0, 0]);
  expect(await listToolLatencies(ledger, { ...scope, tools: [] })).toEqual([]);
});
