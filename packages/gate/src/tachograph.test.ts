import { existsSync } from "node:fs";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport as MemoryV1 } from "@modelcontextprotocol/sdk/inMemory.js";
import { Server as ServerV1 } from "@modelcontextprotocol/sdk/server/index.js";
import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { CallToolRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { InMemoryTransport as MemoryV2, McpServer as McpServerV2 } from "@modelcontextprotocol/server";
import { afterAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { callsIn, entriesIn, rowsIn } from "./failure-matrix/read-journal.ts";
import type { Diagnostic, GateOptions } from "./options.ts";
import { tachograph } from "./tachograph.ts";
import { connectV1, echo, newDirectory, removeDirectories, text } from "./testing-gate.ts";

afterAll(removeDirectories);

describe("a row", () => {
  test("says who called what, under which contract, in which session", async () => {
    const { client, directory, close } = await connectV1(echo);
    await client.callTool({
      name: "echo",
      arguments: { text: "hi" },
      _meta: { "claudecode/toolUseId": "toolu_1", "claudecode/sessionId": "conversation-7" },
    });
    await close();
    expect(rowsIn(directory)).toMatchObject([
      {
        serverName: "orders",
        serverVersion: "1.4.0",
        tool: "echo",
        clientName: "claude-code",
        clientVersion: "2.1.330",
        protocolVersion: "2025-11-25",
        sessionId: "conversation-7",
        sessionSource: "meta",
        toolUseId: "toolu_1",
        mutability: "read",
        mutabilitySource: "annotation",
        argumentsBytes: 13,
        retryKind: "first",
        attempt: 1,
        seq: 1,
      },
    ]);
    const definitions = entriesIn(directory).flatMap((entry) =>
      entry.kind === "definition" ? [entry.definition] : [],
    );
    expect(definitions).toHaveLength(1);
    expect(definitions[0]?.hash).toBe(rowsIn(directory)[0]?.toolDefHash);
    expect(JSON.parse(definitions[0]?.definition ?? "")).toMatchObject({
      name: "echo",
      inputSchema: { type: "object" },
    });
  });

  test("names the contract that was in force when the tool's contract changes while the server runs", async () => {
    let tool: ReturnType<McpServerV1["registerTool"]> | undefined;
    const { client, directory, close } = await connectV1((server) => {
      tool = server.registerTool("echo", { description: "first" }, () => text("1"));
    });
    await client.callTool({ name: "echo" });
    tool?.update({ description: "second", callback: () => text("2") });
    await client.callTool({ name: "echo" });
    tool?.disable();
    await client.callTool({ name: "echo" });
    await close();
    const [first, second, third] = rowsIn(directory);
    expect(first?.toolDefHash).not.toBe(second?.toolDefHash);
    expect(second).toMatchObject({ outcome: "ok", phase: "answered" });
    expect(third).toMatchObject({ outcome: "unknown_tool" });
  });

  test("counts an unannotated tool as mutating, and believes the operator before the annotation", async () => {
    const { client, directory, close } = await connectV1(
      (server) => {
        server.registerTool("plain", {}, () => text("x"));
        server.registerTool("hinted", { annotations: { readOnlyHint: true } }, () => text("x"));
        server.tool("old_style", () => text("x"));
      },
      { tools: { hinted: { mutability: "destructive" } } },
    );
    for (const name of ["plain", "hinted", "old_style"]) await client.callTool({ name });
    await close();
    expect(
      rowsIn(directory).map(({ mutability, mutabilitySource, effect }) => [mutability, mutabilitySource, effect]),
    ).toEqual([
      ["mutating", "default", "applied"],
      ["destructive", "declared", "applied"],
      ["mutating", "default", "applied"],
    ]);
  });

  test("is kept without payloads where the tool's capture is none", async () => {
    const { client, directory, close } = await connectV1(echo, { tools: { echo: { capture: "none" } } });
    await client.callTool({ name: "echo", arguments: { text: "private words" } });
    await close();
    expect(callsIn(directory)[0]?.payload).toEqual({ arguments: null, result: null });
    expect(callsIn(directory)[0]?.call.argumentsBytes).toBe(24);
    expect(JSON.stringify(entriesIn(directory))).not.toContain("private words");
  });

  test("tells a self-correction, a thrash, a blind repeat and a poll from one another", async () => {
    const { client, directory, close } = await connectV1((server) => {
      server.registerTool("book", { inputSchema: { date: z.iso.date(), seats: z.number() } }, () => text("booked"));
      server.registerTool("status", { annotations: { readOnlyHint: true } }, () => text("running"));
    });
    const book = async (args: object): Promise<unknown> => client.callTool({ name: "book", arguments: { ...args } });
    await book({ date: "06/06/2026", seats: 2 });
    await book({ date: "06/06/2026", seats: 3 });
    await book({ date: "2026-06-06", seats: 2 });
    await book({ date: "2026-06-06", seats: 2 });
    await client.callTool({ name: "status" });
    await client.callTool({ name: "status" });
    await close();
    expect(rowsIn(directory).map(({ retryKind, outcome }) => [retryKind, outcome])).toEqual([
      ["first", "invalid_input"],
      ["thrash", "invalid_input"],
      ["corrected_retry", "ok"],
      ["repeat", "ok"],
      ["first", "ok"],
      ["poll", "ok"],
    ]);
    expect(rowsIn(directory)[0]?.issues).toEqual([{ path: "/date", code: "invalid_format" }]);
  });

  test("belongs to each of two calls in flight that wear the same JSON-RPC id", async () => {
    const directory = newDirectory();
    const server = tachograph(new McpServerV1({ name: "orders", version: "1" }), { journalDirectory: directory });
    const finish = new Map<string, () => void>();
    server.registerTool("wait", { inputSchema: { who: z.string() } }, async ({ who }) => {
      await new Promise<void>((resolve) => finish.set(who, resolve));
      return text(who);
    });
    const [near, far] = MemoryV1.createLinkedPair();
    await server.connect(far);
    const call = (who: string) => ({
      jsonrpc: "2.0" as const,
      id: 7,
      method: "tools/call",
      params: { name: "wait", arguments: { who } },
    });
    await near.send(call("a"));
    await near.send(call("b"));
    await expect.poll(() => finish.size).toBe(2);
    finish.get("b")?.();
    await expect.poll(() => rowsIn(directory).length).toBe(1);
    finish.get("a")?.();
    await expect.poll(() => rowsIn(directory).length).toBe(2);
    expect(callsIn(directory).map(({ payload }) => JSON.parse(payload?.arguments ?? ""))).toEqual([
      { who: "b" },
      { who: "a" },
    ]);
    await near.close();
  });
});

describe("a secret", () => {
  const planted = [
    "Bearer plantedBearerToken12345",
    "plantedPassword98765",
    "planted-session-cookie",
    "plantedAuthInfoToken55",
  ];

  test("in arguments, results, errors, auth info or headers is nowhere in the journal or the diagnostics", async () => {
    const diagnostics: Diagnostic[] = [];
    const directory = newDirectory();
    const server = tachograph(new McpServerV1({ name: "orders", version: "1" }), {
      journalDirectory: directory,
      onDiagnostic: (diagnostic) => diagnostics.push(diagnostic),
    });
    server.registerTool(
      "login",
      { inputSchema: { password: z.string(), headers: z.any(), note: z.string() } },
      ({ password }) => ({
        ...text(`could not log in with ${password} and Authorization: ${planted[0]}`),
        structuredContent: { echoed: password, cookie: planted[2] },
      }),
    );
    server.registerTool("explode", { inputSchema: { api_key: z.string() } }, ({ api_key: key }) => {
      throw new Error(`upstream refused key ${key}, header Authorization: ${planted[0]}`);
    });
    const [near, far] = MemoryV1.createLinkedPair();
    await server.connect(far);
    const answers: unknown[] = [];
    near.onmessage = (message) => answers.push(message);
    const authInfo = { token: planted[3] as string, clientId: "robot", scopes: ["orders:read"] };
    const send = async (id: number, name: string, args: object): Promise<void> =>
      near.send({ jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: args } }, { authInfo });
    await send(1, "login", {
      password: planted[1],
      headers: { Authorization: planted[0], Cookie: planted[2] },
      note: `my password is ${planted[1]}`,
    });
    await send(2, "explode", { api_key: planted[1] });
    await send(3, "login", { password: { nested: planted[1] }, headers: null, note: planted[3] });
    await send(4, planted[0] as string, {});
    await expect.poll(() => rowsIn(directory).length).toBe(4);
    await near.close();
    expect(JSON.stringify(answers), "the client still gets its answer whole").toContain(planted[1]);
    const stored = JSON.stringify(entriesIn(directory)) + JSON.stringify(diagnostics);
    for (const secret of planted) expect(stored).not.toContain(secret.replace("Bearer ", ""));
    expect(rowsIn(directory)[0]).toMatchObject({
      principal: "robot",
      principalType: "client",
      scopes: ["orders:read"],
      authMethod: "bearer",
    });
    expect(rowsIn(directory)[0]?.redactions).toBeGreaterThan(3);
  });
});

describe("wrapping", () => {
  test("twice, too late, or what is no server fails at once and says what to do", () => {
    const twice = tachograph(new McpServerV1({ name: "a", version: "1" }), { journalDirectory: newDirectory() });
    expect(() => tachograph(twice)).toThrow(/wrap it once/);
    const lateLow = new ServerV1({ name: "a", version: "1" }, { capabilities: { tools: {} } });
    lateLow.setRequestHandler(CallToolRequestSchema, () => text("x"));
    expect(() => tachograph(lateLow)).toThrow(/before the handler of tools\/call is set/);
    expect(() => tachograph({} as never)).toThrow(/McpServer or Server/);
  });

  test.each([
    ["v1", () => new McpServerV1({ name: "a", version: "1" }), MemoryV1],
    ["v2", () => new McpServerV2({ name: "a", version: "1" }), MemoryV2],
  ] as const)(
    "%s: tools that were registered before, by somebody's factory, are watched like all others",
    async (_sdk, make, Memory) => {
      const directory = newDirectory();
      const server = make() as McpServerV1;
      server.registerTool("early", { inputSchema: { n: z.number() } }, ({ n }) => {
        if (n > 1) throw Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
        return text(String(n));
      });
      tachograph(server, { journalDirectory: directory });
      const [near, far] = Memory.createLinkedPair();
      await server.connect(far);
      const client = new ClientV1({ name: "claude-code", version: "1" });
      await client.connect(near);
      for (const n of [1, 2, "three"]) await client.callTool({ name: "early", arguments: { n } });
      await client.close();
      expect(rowsIn(directory)).toMatchObject([
        { outcome: "ok", effect: "applied", phase: "answered" },
        { outcome: "tool_error", effect: "none", errorCode: "ECONNREFUSED" },
        { outcome: "invalid_input", issues: [{ path: "/n" }] },
      ]);
    },
  );

  test.each<[string, unknown, RegExp]>([
    ["an unknown option", { tool: {} }, /unknown option "tool"; known are .*tools/],
    [
      "a wrong mutability",
      { tools: { refund: { mutability: "write" } } },
      /tool "refund": mutability is "write"; write "read" or "mutating" or "destructive"/,
    ],
    [
      "an unknown option of a tool",
      { tools: { refund: { scope: [] } } },
      /tool "refund" has an unknown option "scope"/,
    ],
    ["a short fingerprint key", { fingerprintKey: "short" }, /fingerprintKey has 5 bytes; give 16 or more/],
    ["a pattern that would remove one match only", { redact: { patterns: [/x/] } }, /needs the g flag/],
  ])("with %s fails at once and says what to write", (_name, options, message) => {
    const journalDirectory = newDirectory();
    expect(() =>
      tachograph(new McpServerV1({ name: "a", version: "1" }), { journalDirectory, ...(options as GateOptions) }),
    ).toThrow(message);
  });

  test("a journal that cannot be written changes nothing for the client, and is reported", async () => {
    const diagnostics: Diagnostic[] = [];
    const { client, close } = await connectV1(echo, {
      journalDirectory: "/proc/no-such-place/journal",
      onDiagnostic: (diagnostic) => diagnostics.push(diagnostic),
    });
    expect(await client.callTool({ name: "echo", arguments: { text: "still here" } })).toEqual(text("still here"));
    await close();
    expect(diagnostics.map(({ code }) => code)).toContain("journal_unwritable");
    expect(existsSync("/proc/no-such-place")).toBe(false);
  });

  test("somebody's callbacks that throw cost neither the answer nor the row", async () => {
    const { client, directory, close } = await connectV1(echo, {
      principal: () => {
        throw new Error("no principal today");
      },
      onDiagnostic: () => {
        throw new Error("nobody listens");
      },
    });
    expect(await client.callTool({ name: "echo", arguments: { text: "hi" } })).toEqual(text("hi"));
    await close();
    expect(rowsIn(directory)).toMatchObject([{ outcome: "ok", principal: null }]);
  });

  test("makes a gate per request without a journal, a key or a timer of its own", async () => {
    const directory = newDirectory();
    for (let index = 0; index < 50; index++) {
      const { client, close } = await connectV1(echo, { journalDirectory: directory });
      await client.callTool({ name: "echo", arguments: { text: String(index) } });
      await close();
    }
    expect(rowsIn(directory)).toHaveLength(50);
    expect(new Set(rowsIn(directory).map(({ instanceId }) => instanceId)).size).toBe(1);
  });
});
