import { McpServer } from "@modelcontextprotocol/server";
import { InMemoryTransport } from "@modelcontextprotocol/server";
import { afterAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { checkGateOptions } from "./check-options.ts";
import type { GateOptions } from "./options.ts";
import { tachograph } from "./tachograph.ts";
import { newDirectory, removeDirectories, text } from "./testing-gate.ts";

afterAll(removeDirectories);

const never = (): never => {
  throw new Error("unused");
};
/** A ledger that keeps operations, by its shape. */
const ledger = Object.fromEntries(
  [
    "record",
    "claim",
    "confirmRepeat",
    "find",
    "settle",
    "runAtomic",
    "heartbeat",
    "resolve",
    "checkFingerprintKey",
  ].map((name) => [name, never]),
) as unknown as NonNullable<GateOptions["ledger"]>;

test.each<[string, unknown, RegExp]>([
  ["an unknown option", { toolz: {} }, /unknown option "toolz"; known are project,/],
  [
    "an unknown tool option",
    { tools: { refund: { mutabilty: "read" } } },
    /tool "refund" has an unknown option "mutabilty"; known are/,
  ],
  [
    "a mutability that is none",
    { tools: { refund: { mutability: "write" } } },
    /tool "refund": mutability is "write"; write "read" or "mutating" or "destructive"/,
  ],
  [
    "a capture that is none",
    { tools: { refund: { capture: "all" } } },
    /tool "refund": capture is "all"; write "redacted" or "none"/,
  ],
  [
    "a scope that is no list",
    { tools: { refund: { scopes: "pay" } } },
    /tool "refund": scopes is "pay"; write a list of texts/,
  ],
  [
    "a rule that is no function",
    { tools: { refund: { rules: { small: true } } } },
    /tool "refund": rules: small is true; write \(call\) => true where the call may go on/,
  ],
  [
    "a rule without allow",
    { tools: { refund: { rules: { small: { reason: "no" } } } } },
    /small has no allow; write allow: \(call\) => true/,
  ],
  [
    "a rule with a strange name",
    { tools: { refund: { rules: { "a b": never } } } },
    /rules has a rule "a b"; name it with letters/,
  ],
  [
    "half a limit",
    { tools: { find: { limits: { perSession: { calls: 3 } } } } },
    /perSession is half a limit; write \{ calls: 10, windowSeconds: 60 \}/,
  ],
  [
    "a limit of none",
    { tools: { find: { limits: { perSession: { calls: 0, windowSeconds: 1 } } } } },
    /calls is 0; write a whole number above 0/,
  ],
  [
    "a timeout as a text",
    { tools: { find: { timeout: "5s" } } },
    /tool "find": timeout is "5s"; write a number of milliseconds above 0/,
  ],
  [
    "an error rule that says nothing",
    { tools: { find: { errors: [{ match: "E" }] } } },
    /write \{ match: "ECONNREFUSED", retry: "retryable" \}/,
  ],
  [
    "an error rule of a class that is none",
    { tools: { find: { errors: [{ match: "E", retry: "maybe" }] } } },
    /retry is "maybe"; write "retryable" or/,
  ],
  ["once without a ledger", { tools: { refund: { once: true } } }, /tool "refund": once needs a ledger .*openLedger/],
  ["once for all without a ledger", { defaults: { once: true } }, /defaults: once needs a ledger/],
  [
    "once for a tool that reads",
    { ledger, tools: { find: { mutability: "read", once: true } } },
    /tool "find": once is for tools that change something/,
  ],
  [
    "a once option that is none",
    { ledger, tools: { refund: { once: { keys: never } } } },
    /tool "refund": once has an unknown option "keys"; known are key,/,
  ],
  [
    "a mode that is none",
    { ledger, tools: { refund: { once: { mode: "exactly_once" } } } },
    /once: mode is "exactly_once"; write "at_most_once" or "idempotent" or "atomic"/,
  ],
  [
    "a tool that reads back with itself",
    { ledger, tools: { refund: { once: { readBackWith: "refund" } } } },
    /readBackWith is the tool itself/,
  ],
  [
    "a schema that is none",
    { tools: { refund: { input: { id: z.string() } } } },
    /input is an object; write the schema that the tool is registered with/,
  ],
  [
    "a ledger that is a URL",
    { ledger: "postgres://localhost" },
    /ledger is "postgres:\/\/localhost"; write openLedger/,
  ],
  [
    "what to do without an audit",
    { auditUnavailable: { mutating: "ignore" } },
    /auditUnavailable: mutating is "ignore"; write "refuse" or "proceed"/,
  ],
])("%s is refused, and the message says what to write", (_name, options, message) => {
  expect(() => checkGateOptions(options as GateOptions)).toThrow(message);
});

test("every option that there is, is taken", () => {
  const options: Required<GateOptions> = {
    project: "p",
    journalDirectory: "/nowhere",
    ledger,
    redact: {},
    captureLimits: {},
    fingerprintKey: "k",
    onDiagnostic: () => undefined,
    environment: "production",
    auditUnavailable: { mutating: "refuse", read: "proceed" },
    defaults: {
      validate: true,
      scopes: ["a"],
      limits: {},
      timeout: 5,
      errors: [{ match: ["E"], retry: "verify", effect: "none", code: "e", hint: "h", afterMs: 1 }],
      capture: "none",
      once: true,
    },
    tools: {
      refund: {
        mutability: "destructive",
        capture: "none",
        validate: true,
        input: z.object({}),
        scopes: ["pay"],
        rules: { short: never, long: { allow: never, reason: "r", enforce: false } },
        limits: { perSession: { calls: 1, windowSeconds: 1 }, perPrincipal: { calls: 1, windowSeconds: 1 } },
        timeout: 1,
        errors: true,
        once: {
          key: () => "k",
          keyArgument: "key",
          mode: "idempotent",
          volatileArgs: ["at"],
          repeatable: false,
          waitMs: 0,
          retentionHours: 1,
          storeResult: "none",
          readBackWith: "find",
          confirmRepeat: "person",
          confirmArgument: "confirm",
          reconcile: () => ({ found: "unknown" }),
        },
      },
      find: {},
    },
    sessionMetaKeys: [],
    toolUseIdMetaKeys: [],
    idempotencyKeyMetaKeys: [],
    principal: () => null,
  };
  expect(() => checkGateOptions(options)).not.toThrow();
  expect(() => checkGateOptions({})).not.toThrow();
});

describe("at the start of a server", () => {
  const server = (options: GateOptions): McpServer =>
    tachograph(new McpServer({ name: "orders", version: "1" }), { journalDirectory: newDirectory(), ...options });

  test("options for a tool that is not registered are refused, with the names that are", async () => {
    const orders = server({ tools: { refund_ordr: { scopes: ["pay"] } } });
    orders.registerTool("refund_order", {}, () => text("x"));
    const [, far] = InMemoryTransport.createLinkedPair();
    await expect(orders.connect(far)).rejects.toThrow(
      /"refund_ordr", which is not registered; registered are refund_order/,
    );
  });

  test("a tool to read back with that is not registered is refused", async () => {
    const orders = server({ ledger, tools: { pay: { once: { readBackWith: "get_ordr" } } } });
    orders.registerTool("pay", {}, () => text("x"));
    orders.registerTool("get_order", {}, () => text("x"));
    const [, far] = InMemoryTransport.createLinkedPair();
    await expect(orders.connect(far)).rejects.toThrow(
      /tool "pay": once\.readBackWith names "get_ordr", which is not registered; registered are pay, get_order/,
    );
  });

  test.each([
    ["keyArgument", { keyArgument: "ref" }],
    ["confirmArgument", { confirmArgument: "ref" }],
    ["volatileArgs", { volatileArgs: ["note", "ref"] }],
  ])("an argument in once.%s that the tool does not have is refused when the tool is registered", (option, once) => {
    const orders = server({ ledger, tools: { pay: { once } } });
    const inputSchema = z.object({ note: z.string(), reference: z.string() });
    const register = (schema: z.ZodObject): unknown =>
      orders.registerTool("pay", { inputSchema: schema }, () => text("x"));
    expect(() => register(inputSchema)).toThrow(
      `tool "pay": once.${option} names "ref", which is no argument of the tool; its arguments are note, reference`,
    );
    expect(() =>
      server({ ledger, tools: { pay: { once } } }).registerTool("pay", { inputSchema: inputSchema.loose() }, () =>
        text("x"),
      ),
    ).not.toThrow();
  });

  test("once for a tool whose annotation says that it only reads is refused when the tool is registered", () => {
    const orders = server({ ledger, tools: { find: { once: true } } });
    const register = (): unknown =>
      orders.registerTool("find", { annotations: { readOnlyHint: true } }, () => text("x"));
    expect(register).toThrow(
      /tool "find": once is for tools that change something, and this one says that it only reads/,
    );
  });

  test("a server that declared its tools before the gate stood in front of it is guarded all the same", async () => {
    const early = new McpServer({ name: "orders", version: "1" }, { capabilities: { tools: {} } });
    let entered = 0;
    early.registerTool("refund", { inputSchema: z.object({ amount: z.number() }) }, () => {
      entered++;
      return text("x");
    });
    tachograph(early, { journalDirectory: newDirectory(), tools: { refund: { scopes: ["pay"] } } });
    const { Client } = await import("@modelcontextprotocol/sdk/client/index.js");
    const [near, far] = InMemoryTransport.createLinkedPair();
    await early.connect(far);
    const client = new Client({ name: "c", version: "1" });
    await client.connect(near);
    expect((await client.callTool({ name: "refund", arguments: { amount: 1 } })).isError).toBe(true);
    expect(entered).toBe(0);
    await client.close();
  });
});
