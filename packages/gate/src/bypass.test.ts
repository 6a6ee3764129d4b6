// Ways around the gate that somebody tried: none of them enters a handler, takes a name out of a row or repeats a write.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { openLedger, type Ledger } from "@tachograph/ledger";
import { createTestDatabase, type TestDatabase } from "@tachograph/ledger/testing";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { verify } from "./errors/tool-error.ts";
import { rowsIn } from "./failure-matrix/read-journal.ts";
import type { GateOptions } from "./options.ts";
import { tachograph } from "./tachograph.ts";
import { serveEnforced, type TestTool } from "./testing-enforced.ts";
import { newDirectory, removeDirectories, text } from "./testing-gate.ts";

let entered: string[] = [];
beforeEach(() => {
  entered = [];
});
afterAll(removeDirectories);

const info = { name: "orders", version: "1" };
const guarded: GateOptions = { tools: { refund_order: { scopes: ["pay"] } }, onDiagnostic: () => undefined };

function mcpServer(options: GateOptions, directory = newDirectory()): McpServer {
  const server = tachograph(new McpServer(info), { journalDirectory: directory, ...options });
  server.registerTool("refund_order", {}, () => {
    entered.push("refund_order");
    return text("refunded");
  });
  return server;
}

interface Connectable {
  connect(transport: InMemoryTransport): Promise<void>;
}

/** One call, with what a transport hands over beside the message; gives the answer. */
async function send(server: Connectable, params: object, extra: object = {}): Promise<unknown> {
  const [near, far] = InMemoryTransport.createLinkedPair();
  const answers: unknown[] = [];
  near.onmessage = (message) => answers.push(message);
  await near.start();
  await server.connect(far);
  far.onmessage?.({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { ...params } }, extra);
  await expect.poll(() => answers.length).toBe(1);
  return answers[0];
}

describe("a handler is not entered", () => {
  test.each([
    ["authorization", "refund_order"],
    ["x-api-key", "refund"],
    ["cookie", "c=refund_order"],
  ])("by a %s header with the tool's name, and the row keeps that name", async (name, value) => {
    const directory = newDirectory();
    const headers = { [name]: value };
    const answer = await send(mcpServer(guarded, directory), { name: "refund_order" }, { requestInfo: { headers } });
    expect(answer).toMatchObject({ result: { isError: true } });
    expect(entered).toEqual([]);
    expect(rowsIn(directory)).toMatchObject([{ tool: "refund_order", outcome: "denied", rule: "scopes" }]);
  });

  test.each([
    ["a client id that is no text", { clientId: 12_345, token: "t", scopes: [] }],
    ["scopes that are no list", { clientId: "c", token: "t", scopes: "pay" }],
    ["an actor that is an object", { clientId: "c", token: "t", scopes: [], extra: { sub: { id: 1 } } }],
  ])("by auth info with %s", async (_name, authInfo) => {
    const principal: GateOptions["principal"] = () => ({ id: "ann", type: "user", onBehalfOf: {} as never });
    for (const options of [guarded, { ...guarded, principal }]) {
      expect(await send(mcpServer(options), { name: "refund_order" }, { authInfo })).toMatchObject({
        result: { isError: true },
      });
    }
    expect(entered).toEqual([]);
  });

  test.each(["before", "after"])(
    "as a fallback that was set %s the gate, nor by a name that is no text",
    async (when) => {
      const fallback = async (request: { params?: { name?: unknown } }) => {
        entered.push(String(request.params?.name));
        return text("refunded");
      };
      for (const name of ["refund_order", ["refund_order"]]) {
        const low = new Server(info, { capabilities: { tools: {} } });
        if (when === "before") low.fallbackRequestHandler = fallback as never;
        tachograph(low, { ...guarded, journalDirectory: newDirectory() });
        if (when === "after") low.fallbackRequestHandler = fallback as never;
        await send(low, { name });
      }
      expect(entered).toEqual([]);
    },
  );

  test("of a tool that is renamed to one without options", () => {
    const server = tachograph(new McpServer(info), { ...guarded, journalDirectory: newDirectory() });
    const tool = server.registerTool("refund_order", {}, () => text("refunded"));
    expect(() => tool.update({ name: "refund_v2" })).toThrow(/"refund_order" cannot be renamed to "refund_v2"/);
  });

  test("with arguments that nothing could validate, because the server did not say what its tools are", async () => {
    const low = tachograph(new Server(info, { capabilities: { tools: {} } }), {
      journalDirectory: newDirectory(),
      defaults: { validate: true },
      onDiagnostic: () => undefined,
    });
    low.setRequestHandler(ListToolsRequestSchema, () => Promise.reject(new Error("not now")));
    low.setRequestHandler(CallToolRequestSchema, () => {
      entered.push("refund_order");
      return text("refunded");
    });
    expect(await send(low, { name: "refund_order", arguments: { amount: "a lot" } })).toMatchObject({
      result: { isError: true },
    });
    expect(entered).toEqual([]);
  });

  test("with arguments that break the schema of the options, where a server lists none", async () => {
    const input = z.strictObject({ amount: z.number() });
    const tools: Record<string, TestTool> = { refund: { run: () => text("refunded") } };
    const server = await serveEnforced("v1-low", tools, { tools: { refund: { validate: true, input } } });
    expect((await server.call("refund", { amount: "a lot" })).told.code).toBe("invalid_argument");
    expect(server.entered).toEqual([]);
    await server.close();
  });

  test("by arguments that only become what a rule would deny", async () => {
    const tools: Record<string, TestTool> = {
      refund: { input: z.object({ amount: z.number().default(1_000) }), run: () => text("refunded") },
    };
    const rules = { small: ({ args }: { args: Record<string, unknown> }) => Number(args["amount"]) <= 100 };
    const server = await serveEnforced("v1", tools, { tools: { refund: { rules } } });
    expect((await server.call("refund", {})).told.code).toBe("denied");
    expect(server.entered).toEqual([]);
    await server.close();
  });
});

test("arguments under a secret's name take neither the principal nor the reason of a refusal out of the row", async () => {
  const tools = { refund: { run: () => text("refunded") } };
  const options: GateOptions = { tools: { refund: { scopes: ["approvals:write"] } } };
  const server = await serveEnforced("v2", tools, options, {
    clientId: "alice@example.com",
    scopes: ["refunds:write"],
  });
  const password = ["alice@example.com", "refunds:write", "missing scope", "approvals:write"];
  await server.call("refund", { password });
  expect(server.row()).toMatchObject({
    principal: "alice@example.com",
    scopes: ["refunds:write"],
    reason: "missing scope approvals:write",
  });
  await server.close();
});

test("a secret is in no part of an answer: neither in the sentence nor in its JSON", async () => {
  const tools: Record<string, TestTool> = {
    login: {
      input: z.object({ password: z.string() }),
      run: ({ password }) => {
        throw verify("not sure", { hint: `ask for ${String(password)}`, code: "c" });
      },
    },
  };
  const server = await serveEnforced("v2", tools, { defaults: { errors: true } });
  const answer = await server.call("login", { password: "correct-horse-battery" });
  expect(answer.text + JSON.stringify(answer.meta)).not.toContain("correct-horse-battery");
  await server.close();
});

describe("a write is not repeated", () => {
  let database: TestDatabase;
  let ledger: Ledger;
  beforeEach(async () => {
    database = await createTestDatabase();
    ledger = openLedger({ url: database.url, claimBudgetMs: 15_000 });
  });
  afterEach(async () => {
    await removeDirectories();
    await ledger.close();
    await database.drop();
  });
  const base = (): GateOptions => ({
    ledger,
    fingerprintKey: "a key for tests, of 32 bytes......",
    onDiagnostic: () => undefined,
  });
  const id = (toolUseId: string, more: object = {}) => ({ meta: { "claudecode/toolUseId": toolUseId, ...more } });
  const ann = { clientId: "ann", scopes: [] };

  test("because its server lists the tool as one that only reads", async () => {
    const tools: Record<string, TestTool> = {
      refund: { annotations: { readOnlyHint: true }, run: () => text("done") },
    };
    const server = await serveEnforced("v1-low", tools, { ...base(), tools: { refund: { once: true } } }, ann);
    for (const _ of [1, 2]) await server.call("refund", {}, id("toolu_1"));
    expect(server.entered).toHaveLength(1);
    await server.close();
  });

  test("with the token of another tool's operation", async () => {
    const tools: Record<string, TestTool> = {
      pay: { input: z.object({ id: z.number() }), run: () => text("paid") },
      note: {
        input: z.object({ id: z.number() }),
        run: () => {
          throw verify("not sure");
        },
      },
    };
    const options = { ...base(), tools: { pay: { once: { key: () => "pay-1" } }, note: { once: true } } };
    const server = await serveEnforced("v2", tools, options, ann);
    await server.call("pay", { id: 1 });
    await server.call("note", { id: 1 }, id("toolu_1"));
    const token = (await server.call("note", { id: 1 }, id("toolu_2"))).told.confirm_repeat;
    expect(token).toBeDefined();
    await server.call("pay", { id: 1 }, id("toolu_3", { "tachograph/confirmRepeat": token }));
    expect(server.entered.map(({ tool }) => tool)).toEqual(["pay", "note"]);
    await server.close();
  });

  test("because its tool was switched off while it ran, or its handler was put in by another way", async () => {
    const server = tachograph(new McpServer(info), {
      ...base(),
      journalDirectory: newDirectory(),
      tools: { refund: { once: true } },
    });
    const tool = server.registerTool("refund", {}, () => text("never"));
    const replaced = server.registerTool("other", {}, () => text("never"));
    tool.update({
      callback: () => {
        entered.push("refund");
        tool.disable();
        setTimeout(() => tool.enable(), 5);
        throw new Error("the line went dead");
      },
    });
    const [near, far] = InMemoryTransport.createLinkedPair();
    await server.connect(far);
    const client = new Client({ name: "c", version: "1" });
    await client.connect(near);
    const call = { name: "refund", arguments: {}, _meta: { "claudecode/toolUseId": "toolu_1" } };
    await client.callTool(call);
    await expect.poll(() => tool.enabled).toBe(true);
    await client.callTool(call);
    expect(entered).toEqual(["refund"]);
    expect(replaced.enabled).toBe(true);
    await client.close();
  });

  test("by an unauthenticated caller with a key on another connection of the same conversation", async () => {
    const tools: Record<string, TestTool> = {
      pay: {
        run: () => {
          throw verify("not sure");
        },
      },
    };
    const options: GateOptions = { ...base(), tools: { pay: { once: { key: () => "order-1" } } } };
    const [one, two] = [await serveEnforced("v2", tools, options), await serveEnforced("v2", tools, options)];
    const session = { "claudecode/sessionId": "conversation" };
    await one.call("pay", {}, id("toolu_1", session));
    const answer = await two.call("pay", {}, id("toolu_2", session));
    expect(answer.told.code).toBe("held");
    // Whoever names the conversation need not be the one who called.
    expect(answer.told.confirm_repeat).toBeUndefined();
    expect(one.entered.length + two.entered.length).toBe(1);
    await one.close();
    await two.close();
  });

  test("nor is its answer shown to the same subject of another issuer", async () => {
    const tools: Record<string, TestTool> = { pay: { run: () => text("secret of tenant A") } };
    const options: GateOptions = { ...base(), tools: { pay: { once: { key: () => "order-1" } } } };
    const server = await serveEnforced("v2", tools, options);
    const by = (iss: string) => ({ authInfo: { clientId: "app", scopes: [], extra: { sub: "7", iss } } });
    await server.call("pay", {}, by("https://a.example"));
    await server.call("pay", {}, by("https://b.example"));
    expect(server.rows().map(({ outcome }) => outcome)).toEqual(["ok", "ok"]);
    await server.close();
  });

  test("because a returned error looks like one of the error table", async () => {
    const tools: Record<string, TestTool> = {
      pay: { run: () => ({ ...text("x"), isError: true, code: "ECONNREFUSED" }) },
    };
    const server = await serveEnforced("v2", tools, { ...base(), tools: { pay: { once: true } } }, ann);
    expect((await server.call("pay", {}, id("toolu_1"))).told).toMatchObject({ effect: "unknown", retry: "verify" });
    await server.call("pay", {}, id("toolu_1"));
    expect(server.entered).toHaveLength(1);
    await server.close();
  });
});
