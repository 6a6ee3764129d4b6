import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CallRecord, Effect, Outcome, Phase, RetryClass } from "@tachograph/record";
import { afterAll, describe, expect, test } from "vitest";
import type { JournalEntry } from "../journal/frame.ts";
import { closeRecorders } from "../recorder.ts";
import { executed, type Kind } from "./fixture-server.ts";
import { entriesIn, rowsIn } from "./read-journal.ts";
import { modernMeta, openWire, type Message, type Wire, type WireName } from "./wire.ts";

interface Expected {
  outcome: Outcome;
  effect: Effect;
  retryClass: RetryClass;
  phase: Phase;
  errorCode?: string;
}

interface Case {
  tool: string;
  args?: unknown;
  expected: Expected;
  /** Where a low-level server's own handler does what an McpServer does for it. */
  low?: Expected;
  kinds?: Kind[];
}

const row = (outcome: Outcome, effect: Effect, retryClass: RetryClass, phase: Phase, errorCode?: string): Expected => ({
  outcome,
  effect,
  retryClass,
  phase,
  ...(errorCode === undefined ? {} : { errorCode }),
});

const cases: Record<string, Case> = {
  "a read that succeeds": {
    tool: "read_echo",
    args: { text: "hello" },
    expected: row("ok", "none", "none", "answered"),
  },
  "a write that succeeds": { tool: "write", args: { amount: 5 }, expected: row("ok", "applied", "none", "answered") },
  "a destructive call that succeeds": { tool: "remove", expected: row("ok", "applied", "none", "answered") },
  "arguments that break the schema": {
    tool: "strict_date",
    args: { date: "06/06/2026" },
    expected: row("invalid_input", "none", "correctable", "received"),
    low: row("tool_error", "none", "correctable", "answered", "mcp:-32602"),
  },
  "an unknown argument where the schema allows none": {
    tool: "strict_date",
    args: { date: "2026-06-06", time: "12:00" },
    expected: row("invalid_input", "none", "correctable", "received"),
    low: row("tool_error", "none", "correctable", "answered", "mcp:-32602"),
  },
  "a handler that throws": { tool: "throws", expected: row("tool_error", "unknown", "verify", "answered", "Error") },
  "a handler that never reached its upstream": {
    tool: "throws_never_sent",
    expected: row("tool_error", "none", "retryable", "answered", "ECONNREFUSED"),
  },
  "a handler whose upstream hung up": {
    tool: "throws_reset",
    expected: row("tool_error", "unknown", "verify", "answered", "ECONNRESET"),
  },
  "a handler that returns an error": {
    tool: "returns_error",
    expected: row("tool_error", "unknown", "verify", "answered"),
  },
  "a read that returns an error": {
    tool: "read_returns_error",
    expected: row("tool_error", "none", "terminal", "answered"),
  },
  "a result that breaks the output schema": {
    tool: "breaks_output",
    expected: row("invalid_output", "applied", "terminal", "answered"),
    low: row("ok", "applied", "none", "answered"),
  },
  "a result that is no tool result": {
    tool: "no_result",
    expected: row("invalid_output", "applied", "terminal", "answered"),
  },
  "a tool that does not exist": {
    tool: "no_such_tool",
    args: { a: 1 },
    expected: row("unknown_tool", "none", "correctable", "received"),
    low: row("unknown_tool", "none", "correctable", "answered"),
  },
  "a tool that is switched off": {
    tool: "switched_off",
    expected: row("unknown_tool", "none", "correctable", "received"),
    low: row("unknown_tool", "none", "correctable", "answered"),
  },
  "a tool that is no name of its own": {
    tool: "__proto__",
    expected: row("unknown_tool", "none", "correctable", "received"),
    low: row("unknown_tool", "none", "correctable", "answered"),
  },
  "a handler that throws nothing": {
    tool: "throws_nothing",
    kinds: ["v1", "v2"],
    expected: row("tool_error", "unknown", "verify", "answered"),
  },
  "arguments that are no object": {
    tool: "write",
    args: "five",
    expected: row("malformed", "none", "terminal", "received"),
  },
  "a handler that asks the user to sign in (v1)": {
    tool: "asks_url",
    kinds: ["v1"],
    expected: row("input_required", "none", "none", "answered"),
  },
};

const legacyWires: WireName[] = ["memory", "stdio", "http", "http-stateless"];
const cells: { kind: Kind; wire: WireName }[] = [
  ...(["v1", "v1-low", "v2", "v2-low"] as const).flatMap((kind) => legacyWires.map((wire) => ({ kind, wire }))),
  ...(["v2", "v2-low"] as const).flatMap((kind) =>
    (["stdio-modern", "http-modern"] as const).map((wire) => ({ kind, wire })),
  ),
];

const call = (id: string, tool: unknown, args: unknown, wire: WireName): Message => ({
  jsonrpc: "2.0",
  id,
  method: "tools/call",
  params: {
    ...(tool === undefined ? {} : { name: tool }),
    ...(args === undefined ? {} : { arguments: args }),
    ...(wire.endsWith("modern") ? { _meta: modernMeta } : {}),
  },
});

const directories: string[] = [];
const newDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), "tachograph-matrix-"));
  directories.push(directory);
  return directory;
};

/** Waits until the gate has noted a call that came in, or has recorded so many. */
async function until(directory: string, holds: (entries: JournalEntry[]) => boolean): Promise<void> {
  await expect.poll(() => holds(entriesIn(directory)), { timeout: 15_000, interval: 20 }).toBe(true);
}

async function open(kind: Kind, wire: WireName): Promise<{ bare: Wire; gated: Wire; directory: string }> {
  const directory = newDirectory();
  const [bare, gated] = await Promise.all([
    openWire(wire, kind, null),
    openWire(wire, kind, { journalDirectory: directory }),
  ]);
  return { bare, gated, directory };
}

afterAll(async () => {
  await closeRecorders();
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

describe.each(cells)("$kind over $wire", ({ kind, wire }) => {
  const isLow = kind.endsWith("low");

  test("every answer is the one without the gate, and every call is one row that says what happened", async () => {
    const { bare, gated, directory } = await open(kind, wire);
    const mine = Object.entries(cases).filter(([, { kinds }]) => kinds === undefined || kinds.includes(kind));
    for (const [name, { tool, args }] of mine) {
      const message = call(name, tool, args, wire);
      await Promise.all([bare.send(message), gated.send(message)]);
      const [without, withGate] = await Promise.all([bare.answer(name), gated.answer(name)]);
      expect(without, `${name}: the bare server answers`).not.toBeNull();
      expect(withGate, name).toEqual(without);
    }
    await Promise.all([bare.close(), gated.close()]);
    const rows = rowsIn(directory);
    expect(new Set(rows.map(({ rpcId }) => rpcId))).toEqual(new Set(mine.map(([name]) => JSON.stringify(name))));
    expect(rows).toHaveLength(mine.length);
    for (const [name, { expected, low, tool }] of mine) {
      const found = rows.find(({ rpcId }) => rpcId === JSON.stringify(name)) as CallRecord;
      expect(found, name).toMatchObject({
        ...(isLow ? (low ?? expected) : expected),
        tool,
        serverName: `matrix-${kind}`,
      });
      expect(found.transport).toBe(wire.split("-")[0]);
      expect(found.startedAt).toBeGreaterThan(0);
    }
  });

  test("a call that is cancelled while it runs is one row with an unknown effect, and gets no answer", async () => {
    // Over stateless HTTP and the current protocol over HTTP, giving up is closing the request's stream.
    const byClosing = wire === "http-stateless" || wire === "http-modern";
    const { bare, gated, directory } = await open(kind, wire);
    const message = call("cancelled", "waits", { ms: 20_000 }, wire);
    await Promise.all([bare.send(message), gated.send(message)]);
    await until(directory, (entries) => entries.some(({ kind: frame }) => frame === "begun"));
    // The handler is entered in the same turn in which the call is noted.
    await new Promise((resolve) => setTimeout(resolve, 100));
    if (!byClosing) {
      const cancellation = {
        jsonrpc: "2.0",
        method: "notifications/cancelled",
        params: {
          requestId: "cancelled",
          reason: "too slow",
          ...(wire.endsWith("modern") ? { _meta: modernMeta } : {}),
        },
      };
      await Promise.all([bare.send(cancellation), gated.send(cancellation)]);
      await until(directory, (entries) => entries.some(({ kind: frame }) => frame === "call"));
      expect(await gated.answer("cancelled", 100)).toBeNull();
      expect(await bare.answer("cancelled", 10)).toBeNull();
    }
    await Promise.all([bare.close(), gated.close()]);
    await until(directory, (entries) => entries.some(({ kind: frame }) => frame === "call"));
    const rows = rowsIn(directory);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject(row("cancelled", "unknown", "verify", "executed"));
  });

  test("a request that names no tool, and a call without an id, are malformed rows", async () => {
    const { bare, gated, directory } = await open(kind, wire);
    const nameless = call("nameless", undefined, { a: 1 }, wire);
    const { id: _id, ...notification } = call("none", "write", { amount: 1 }, wire);
    for (const message of [nameless, notification]) await Promise.all([bare.send(message), gated.send(message)]);
    await until(directory, (entries) => entries.filter(({ kind: frame }) => frame === "call").length === 2);
    // Some transports of some SDKs never answer what they cannot parse.
    const early = await Promise.all([gated.answer("nameless", 200), bare.answer("nameless", 200)]);
    const patience = early.some((answer) => answer !== null) ? 5_000 : 0;
    expect(await gated.answer("nameless", patience)).toEqual(await bare.answer("nameless", patience));
    await Promise.all([bare.close(), gated.close()]);
    const rows = rowsIn(directory);
    expect(rows).toHaveLength(2);
    expect(rows).toContainEqual(expect.objectContaining({ outcome: "malformed", effect: "none", tool: null }));
    expect(rows).toContainEqual(expect.objectContaining({ outcome: "malformed", effect: "none", tool: "write" }));
  });
});

test.each(["v1-low", "v2-low"] as const)(
  "%s: a handler that throws nothing gets no answer from the SDK, with or without the gate, and is a row all the same",
  async (kind) => {
    const { bare, gated, directory } = await open(kind, "memory");
    const message = call("silent", "throws_nothing", undefined, "memory");
    await Promise.all([bare.send(message), gated.send(message)]);
    await until(directory, (entries) => entries.some(({ kind: frame }) => frame === "call"));
    expect(await bare.answer("silent", 10)).toBeNull();
    expect(await gated.answer("silent", 10)).toBeNull();
    expect(rowsIn(directory)).toMatchObject([
      { ...row("tool_error", "unknown", "verify", "executed"), reason: "the SDK sent no answer" },
    ]);
    await Promise.all([bare.close(), gated.close()]);
  },
);

test.each(["v1", "v2"] as const)(
  "%s: a result that cannot be written as JSON reaches nobody behind a socket, and the row says that the call had its effect",
  async (kind) => {
    const { bare, gated, directory } = await open(kind, "http");
    const message = call("unwritable", "unwritable", undefined, "http");
    await Promise.all([bare.send(message), gated.send(message)]);
    await until(directory, (entries) => entries.some(({ kind: frame }) => frame === "call"));
    expect(await gated.answer("unwritable", 100)).toEqual(await bare.answer("unwritable", 100));
    expect(rowsIn(directory)).toMatchObject([row("invalid_output", "applied", "terminal", "answered")]);
    await Promise.all([bare.close(), gated.close()]);
  },
);

test("a request for more input and the call that brings it are two rows, and the second is no retry", async () => {
  const { bare, gated, directory } = await open("v2", "http-modern");
  const asking = call("asking", "asks_input", undefined, "http-modern");
  const continuing = call("continuing", "asks_input", undefined, "http-modern");
  (continuing["params"] as Message)["inputResponses"] = { confirm: { action: "accept", content: { yes: true } } };
  for (const message of [asking, continuing]) {
    (message["params"] as { _meta: Message })._meta["claudecode/sessionId"] = "one-conversation";
    await Promise.all([bare.send(message), gated.send(message)]);
    expect(await gated.answer(message["id"])).toEqual(await bare.answer(message["id"]));
  }
  expect(rowsIn(directory)).toMatchObject([
    {
      ...row("input_required", "none", "none", "answered"),
      retryKind: "first",
      sessionId: "one-conversation",
      sessionSource: "meta",
      seq: 1,
    },
    { ...row("ok", "applied", "none", "answered"), retryKind: "continuation", attempt: 2, seq: 2 },
  ]);
  await Promise.all([bare.close(), gated.close()]);
});

describe.each([
  { kind: "v1", wire: "http" },
  { kind: "v1", wire: "http-stateless" },
  { kind: "v2", wire: "http" },
  { kind: "v2", wire: "http-stateless" },
  { kind: "v2", wire: "http-modern" },
] as const)("$kind over $wire, refused before a transport", ({ kind, wire }) => {
  const write = (id: string): Message => call(id, "write", { amount: 1 }, wire);
  const refusals: {
    name: string;
    message: Message;
    outcome: Outcome;
    errorCode?: string;
    tool?: string | null;
    retryAfterMs?: number;
  }[] = [
    {
      name: "bad credentials",
      message: { ...write("r"), headers: { authorization: "Bearer expired-token-1234" } },
      outcome: "unauthenticated",
      errorCode: "invalid_token",
    },
    {
      name: "a missing scope",
      message: { ...write("r"), headers: { authorization: "Bearer read-only-token-1234" } },
      outcome: "denied",
      errorCode: "insufficient_scope",
    },
    {
      name: "too many requests",
      message: { ...write("r"), headers: { authorization: "Bearer eager-token-1234" } },
      outcome: "rate_limited",
      retryAfterMs: 7_000,
    },
    { name: "a body that is no JSON", message: { id: "r", raw: "{nonsense" }, outcome: "malformed", tool: null },
    {
      name: "a wrong content type",
      message: { ...write("r"), headers: { "content-type": "text/plain" } },
      outcome: "malformed",
    },
    ...(wire === "http"
      ? [
          {
            name: "an unknown session",
            message: { ...write("r"), headers: { "mcp-session-id": "another" } },
            outcome: "malformed" as const,
          },
        ]
      : []),
    ...(wire === "http-modern"
      ? [
          {
            name: "a header that contradicts the body",
            message: { ...write("r"), headers: { "mcp-name": "remove" } },
            outcome: "malformed" as const,
          },
        ]
      : []),
  ];

  test.each(refusals)(
    "$name: the same answer, and one row",
    async ({ message, outcome, errorCode, tool = "write", retryAfterMs }) => {
      const before = executed.length;
      const { bare, gated, directory } = await open(kind, wire);
      await Promise.all([bare.send(message), gated.send(message)]);
      const answer = await gated.answer("r");
      expect(answer).toEqual(await bare.answer("r"));
      expect(answer).not.toBeNull();
      await Promise.all([bare.close(), gated.close()]);
      await until(directory, (entries) => entries.some(({ kind: frame }) => frame === "call"));
      const rows = rowsIn(directory);
      expect(rows).toHaveLength(1);
      expect(rows[0]).toMatchObject({
        outcome,
        effect: "none",
        phase: "received",
        tool,
        ...(errorCode === undefined ? {} : { errorCode }),
      });
      if (retryAfterMs !== undefined) expect(rows[0]?.retryAfterMs).toBe(retryAfterMs);
      expect(executed).toHaveLength(before);
      expect(JSON.stringify(rows)).not.toContain("token-1234");
    },
  );
});
