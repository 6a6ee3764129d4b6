import type { ServerName } from "../servers/server-fleet.ts";
import type { Random } from "./random.ts";

/** A program that runs agents: what it says about itself, its sessions and its calls. */
export interface Host {
  name: "claude-code" | "vscode" | "opencode" | "acme-agent" | "script";
  client: { name: string; version: string };
  sdk: "v1" | "v2";
  /** Whether sessions of this host use one process of a stdio server together, as windows of an editor do. */
  sharesProcesses: boolean;
  /** Whether it gives every call an id of its own and repeats it when it delivers the call again. */
  namesCalls: boolean;
  /** `_meta` of a call. */
  metaOf(call: { sessionId: string; toolUseId: string; random: Random; server: ServerName }): Record<string, unknown>;
  /** Environment of the stdio servers it starts. */
  environmentOf(sessionId: string): Record<string, string>;
}

const traceparent = (random: Random): string => `00-${random.hex(32)}-${random.hex(16)}-01`;

export const hosts: Record<Host["name"], Host> = {
  "claude-code": {
    name: "claude-code",
    client: { name: "claude-code", version: "2.1.330" },
    sdk: "v1",
    sharesProcesses: false,
    namesCalls: true,
    metaOf: ({ sessionId, toolUseId, random }) => ({
      "claudecode/toolUseId": toolUseId,
      "claudecode/sessionId": sessionId,
      ...(random.chance(0.5) && { traceparent: traceparent(random) }),
    }),
    environmentOf: (sessionId) => ({ CLAUDE_CODE_SESSION_ID: sessionId }),
  },
  vscode: {
    name: "vscode",
    client: { name: "Visual Studio Code", version: "1.129.0" },
    sdk: "v1",
    sharesProcesses: true,
    namesCalls: false,
    metaOf: ({ sessionId, random }) => ({ "vscode.conversationId": sessionId, "vscode.requestId": random.uuid() }),
    environmentOf: () => ({}),
  },
  opencode: {
    name: "opencode",
    client: { name: "opencode", version: "1.14.2" },
    sdk: "v1",
    sharesProcesses: true,
    namesCalls: false,
    metaOf: ({ sessionId }) => ({ "ai.opencode/sessionID": sessionId }),
    environmentOf: () => ({}),
  },
  "acme-agent": {
    name: "acme-agent",
    client: { name: "acme-support-agent", version: "0.4.0" },
    sdk: "v2",
    sharesProcesses: false,
    namesCalls: true,
    metaOf: ({ sessionId, toolUseId, random }) => ({
      toolCallId: toolUseId,
      baggage: `session.id=${sessionId},team=support`,
      traceparent: traceparent(random),
    }),
    environmentOf: () => ({}),
  },
  // Says nothing about itself: the session is the transport's, or the process.
  script: {
    name: "script",
    client: { name: "nightly-reconciliation", version: "1.0.0" },
    sdk: "v1",
    sharesProcesses: false,
    namesCalls: false,
    metaOf: () => ({}),
    environmentOf: () => ({}),
  },
};
