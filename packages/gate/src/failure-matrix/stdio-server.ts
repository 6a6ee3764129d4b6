import { StdioServerTransport as StdioV1 } from "@modelcontextprotocol/sdk/server/stdio.js";
import { serveStdio, StdioServerTransport as StdioV2 } from "@modelcontextprotocol/server/stdio";
import { buildServer, type Kind } from "./fixture-server.ts";

const [, , kind, journalDirectory, serving] = process.argv as [
  string,
  string,
  Kind,
  string | undefined,
  string | undefined,
];
const gate = journalDirectory ? { journalDirectory } : null;
if (serving === "serve") {
  serveStdio(() => buildServer(kind, gate) as never);
} else {
  await (buildServer(kind, gate) as { connect(transport: unknown): Promise<void> }).connect(
    kind.startsWith("v1") ? new StdioV1() : new StdioV2(),
  );
}
