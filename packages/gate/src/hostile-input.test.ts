import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport as MemoryV1 } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { Client as ClientV2 } from "@modelcontextprotocol/client";
import { InMemoryTransport as MemoryV2, McpServer as McpServerV2 } from "@modelcontextprotocol/server";
import { afterAll, describe, expect, test } from "vitest";
import { callsIn, rowsIn } from "./failure-matrix/read-journal.ts";
import { tachograph } from "./tachograph.ts";
import { connectV1, echo, newDirectory, removeDirectories, text } from "./testing-gate.ts";

afterAll(removeDirectories);

describe("hostile input is answered as without the gate, and is a row", () => {
  const deep = (levels: number): unknown => JSON.parse(`${"[".repeat(levels)}1${"]".repeat(levels)}`);
  const hostile: Record<string, unknown> = {
    "10 MB of text": "x".repeat(10_000_000),
    "10 MB of something that looks like secrets": "password: ".repeat(1_000_000),
    "10,000 levels of nesting": deep(10_000),
    "a million items": Array.from({ length: 1_000_000 }, (_, index) => index),
    "NUL, lone surrogates, bidi and zero-width characters": "a\0b\ud800c\u202edcba\u200b",
    "HTML and a script": "<img src=x onerror=alert(1)><script>alert(2)</script>",
    "members with the names of Object's own": JSON.parse(
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{}},"toString":"x"}',
    ),
    "ANSI escapes": "\u001b[31mred\u001b[0m\u0007",
  };

  test.each(Object.entries(hostile))("%s", async (_name, value) => {
    const bareServer = new McpServerV1({ name: "orders", version: "1" });
    echo(bareServer);
    const [near, far] = MemoryV1.createLinkedPair();
    await bareServer.connect(far);
    const bare = new ClientV1({ name: "claude-code", version: "1" });
    await bare.connect(near);
    const { client, directory, close } = await connectV1(echo);
    const call = { name: "echo", arguments: { text: value } };
    const [without, withGate] = await Promise.allSettled([bare.callTool(call), client.callTool(call)]);
    expect(withGate.status).toBe(without.status);
    if (withGate.status === "fulfilled" && without.status === "fulfilled") {
      expect(withGate.value["isError"]).toEqual(without.value["isError"]);
    }
    await Promise.all([close(), bare.close()]);
    const [recorded] = callsIn(directory);
    expect(recorded?.call.tool).toBe("echo");
    expect(() => JSON.parse(recorded?.payload?.arguments ?? "")).not.toThrow();
    expect(recorded?.payload?.arguments?.length).toBeLessThan(700_000);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test("a tool's name, ids and client info of any length and content are cut and inert in the row", async () => {
    const directory = newDirectory();
    const server = tachograph(new McpServerV2({ name: "orders", version: "1" }), { journalDirectory: directory });
    server.registerTool("echo", {}, () => text("x"));
    const client = new ClientV2({ name: "<b>client</b>\0".repeat(1_000), version: "v".repeat(100_000) });
    const [near, far] = MemoryV2.createLinkedPair();
    await server.connect(far);
    await client.connect(near);
    await client
      .callTool({
        name: "tool\0\ud800".repeat(10_000),
        _meta: { "claudecode/toolUseId": "i".repeat(200), sessionId: "s\0\u202e" },
      })
      .catch(() => undefined);
    await client.close();
    const [row] = rowsIn(directory);
    expect(row).toMatchObject({
      outcome: "unknown_tool",
      truncated: true,
      toolUseId: "i".repeat(200),
      sessionId: "s\ufffd\u202e",
    });
    expect(row?.tool?.length).toBeLessThan(300);
    expect(row?.clientName?.length).toBeLessThan(200);
    expect(JSON.stringify(row)).not.toMatch(/\\u0000|\\ud800/);
  });
});
