import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport as MemoryV1 } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { z } from "zod";
import type { GateOptions } from "./options.ts";
import { closeRecorders } from "./recorder.ts";
import { tachograph } from "./tachograph.ts";

const directories: string[] = [];
/** A journal folder of its own for one test. */
export const newDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), "tachograph-gate-"));
  directories.push(directory);
  return directory;
};
/** For after all tests of a file. */
export async function removeDirectories(): Promise<void> {
  await closeRecorders();
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
}

/** A tool result of one text block. */
export const text = (value: string): { content: { type: "text"; text: string }[] } => ({
  content: [{ type: "text", text: value }],
});

export interface Setup {
  directory: string;
  client: ClientV1;
  close: () => Promise<void>;
}

/** A v1 server behind a gate, with a real client at the other end of an in-memory transport. */
export async function connectV1(register: (server: McpServerV1) => void, options: GateOptions = {}): Promise<Setup> {
  const directory = options.journalDirectory ?? newDirectory();
  const server = tachograph(new McpServerV1({ name: "orders", version: "1.4.0" }), {
    ...options,
    journalDirectory: directory,
  });
  register(server);
  const client = new ClientV1({ name: "claude-code", version: "2.1.330" });
  const [near, far] = MemoryV1.createLinkedPair();
  await server.connect(far);
  await client.connect(near);
  return { directory, client, close: async () => client.close() };
}

/** Registers a tool that answers with its argument, whatever that is. */
export const echo = (server: McpServerV1): void => {
  server.registerTool(
    "echo",
    { inputSchema: { text: z.any() }, annotations: { readOnlyHint: true } },
    ({ text: value }) => text(typeof value === "string" ? value : JSON.stringify(value)),
  );
};
