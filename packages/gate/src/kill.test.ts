import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import type { LedgerSink, RecordedCall } from "@tachograph/record";
import { expect, test } from "vitest";
import { startShipper } from "./journal/shipper.ts";

const program = fileURLToPath(new URL("./failure-matrix/stdio-server.ts", import.meta.url));

test.each(["v1", "v2"])(
  "%s: of a server killed with SIGKILL after 300 calls every call is a row, and the one it was in is indeterminate",
  async (kind) => {
    const directory = mkdtempSync(join(tmpdir(), "tachograph-kill-"));
    const transport = new StdioClientTransport({ command: process.execPath, args: [program, kind, directory] });
    const client = new Client({ name: "claude-code", version: "2.1.330" });
    await client.connect(transport);
    for (let index = 0; index < 150; index++) {
      await client.callTool({ name: "read_echo", arguments: { text: `read ${index}` } });
      await client.callTool({ name: "write", arguments: { amount: index } });
    }
    const unanswered = client.callTool({ name: "waits", arguments: { ms: 60_000 } }).catch(() => "gone");
    // The pipe keeps its order: once this is answered, the call before it has been received.
    await client.ping();
    process.kill(transport.pid as number, "SIGKILL");
    expect(await unanswered).toBe("gone");

    const stored: RecordedCall[] = [];
    const sink: LedgerSink = {
      record: async ({ calls }) => {
        stored.push(...calls);
        return { inserted: calls.length, known: 0, rejected: [] };
      },
    };
    const shipper = startShipper({ directory, sink });
    await expect.poll(() => stored.length, { timeout: 10_000 }).toBe(301);
    await shipper.stop();

    const outcomes = stored.map(({ call }) => call.outcome);
    expect(outcomes.filter((outcome) => outcome === "ok")).toHaveLength(300);
    expect(stored.at(-1)?.call).toMatchObject({
      tool: "waits",
      outcome: "indeterminate",
      effect: "unknown",
      retryClass: "verify",
    });
    expect(stored.map(({ call }) => call.seq)).toEqual(Array.from({ length: 301 }, (_, index) => index + 1));
    expect(readdirSync(directory)).toEqual([]);
    rmSync(directory, { recursive: true });
  },
);
