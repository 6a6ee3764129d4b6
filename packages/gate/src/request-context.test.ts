import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as fc from "fast-check";
import {
  deriveSession,
  envelopeOf,
  headerOf,
  metaOf,
  principalOf,
  toolUseIdOf,
  type SessionInputs,
} from "./request-context.ts";

const session = (inputs: Partial<SessionInputs> = {}) =>
  deriveSession({
    meta: {},
    extra: undefined,
    transport: "http",
    transportSessionId: undefined,
    ownSessionId: "own",
    options: {},
    ...inputs,
  });
const webHeaders = (headers: Record<string, string>) => ({ request: { headers: new Headers(headers) } });

/** As a process with that environment derives it: the environment is read once. */
function inEnvironment(sessionId: string, inputs: Partial<SessionInputs>): unknown {
  const program = `
    import { deriveSession } from ${JSON.stringify(join(import.meta.dirname, "request-context.ts"))};
    console.log(JSON.stringify(deriveSession(${JSON.stringify({ meta: {}, options: {}, ownSessionId: "own", ...inputs })})));
  `;
  const env = { ...process.env, CLAUDE_CODE_SESSION_ID: sessionId };
  return JSON.parse(execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8", env }));
}

describe("the session of a delivery", () => {
  const known = [
    "vscode.conversationId",
    "threadId",
    "sessionId",
    "ai.opencode/sessionID",
    "antigravity.google/conversation_id",
    "openai/session",
    "claudecode/sessionId",
  ];

  test("is the first that is there: configured _meta, known _meta, baggage, environment, Mcp-Session-Id, process, none", () => {
    const meta: Record<string, unknown> = {
      "my/session": "mine",
      ...Object.fromEntries(known.map((key) => [key, key])),
      baggage: "session.id=bag",
    };
    const inputs = {
      transport: "stdio" as const,
      transportSessionId: "mcp",
      options: { sessionMetaKeys: ["my/session"] },
    };
    const expected = [["mine", "meta"], ...known.map((key) => [key, "meta"]), ["bag", "baggage"]];
    for (const [index, key] of ["my/session", ...known, "baggage"].entries()) {
      expect(Object.values(session({ meta: { ...meta }, ...inputs }))).toEqual(expected[index]);
      delete meta[key];
    }
    expect(inEnvironment("env", inputs)).toEqual({ sessionId: "env", sessionSource: "environment" });
    for (const none of ["", "a".repeat(300)]) {
      expect(inEnvironment(none, inputs)).toEqual({ sessionId: "mcp", sessionSource: "mcp_session_id" });
    }
    expect(inEnvironment("", { transport: "stdio" })).toEqual({ sessionId: "own", sessionSource: "process" });
    expect(session({ transport: "memory" })).toEqual({ sessionId: "own", sessionSource: "process" });
    expect(session({ transport: "http" })).toEqual({ sessionId: null, sessionSource: "none" });
  });

  test("is not the environment's where many clients share the process", () => {
    expect(inEnvironment("env", { transport: "http" })).toEqual({ sessionId: null, sessionSource: "none" });
  });

  test("is read from the headers of either SDK", () => {
    expect(session({ extra: webHeaders({ "Mcp-Session-Id": "s1" }) })).toEqual({
      sessionId: "s1",
      sessionSource: "mcp_session_id",
    });
    expect(session({ extra: { requestInfo: { headers: { "mcp-session-id": ["s2", "x"] } } } }).sessionId).toBe("s2");
    expect(session({ extra: webHeaders({ baggage: "session.id=s3" }) })).toEqual({
      sessionId: "s3",
      sessionSource: "baggage",
    });
  });

  test.each([
    ["session.id=abc", "abc"],
    ["a=1,session.id=abc;prop=1,b=2", "abc"],
    [" session.id = a%20b%3D ", "a b="],
    ["session.id=a=b", "a=b"],
    ["x.session.id=abc", null],
    ["session.id=", null],
    ["session.id", null],
    ["session.id=%E0%A4%A", null],
    [`session.id=${"a".repeat(257)}`, null],
    ["a=1,".repeat(3_000), null],
    ["", null],
    [["session.id=abc"], null],
    [42, null],
  ])("in the baggage %j is %j", (baggage, expected) => expect(session({ meta: { baggage } }).sessionId).toBe(expected));

  test.each([null, "", {}, [], true, "a".repeat(257), Number.NaN, Number.POSITIVE_INFINITY])("is never %j", (value) => {
    expect(session({ meta: { sessionId: value } })).toEqual({ sessionId: null, sessionSource: "none" });
  });

  test("may be a number", () => expect(session({ meta: { threadId: 42 } }).sessionId).toBe("42"));

  test("is not an Mcp-Session-Id that is empty or too long to be one", () => {
    for (const text of ["", "a".repeat(300)]) {
      expect(session({ extra: { requestInfo: { headers: { "mcp-session-id": text } } } }).sessionSource).toBe("none");
      expect(session({ transportSessionId: text }).sessionSource).toBe("none");
    }
  });
});

describe("_meta from anybody", () => {
  test("is an object or empty", () => {
    for (const params of [undefined, null, 1, "x", [], {}, { _meta: null }, { _meta: "x" }])
      expect(metaOf(params)).toEqual({});
    expect(metaOf({ _meta: { a: 1 } })).toEqual({ a: 1 });
  });

  test("never breaks what reads it", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (value, baggage) => {
        const meta = metaOf({
          _meta: {
            sessionId: value,
            baggage,
            "claudecode/toolUseId": value,
            "io.modelcontextprotocol/clientInfo": value,
          },
        });
        const { sessionId } = session({ meta });
        expect(sessionId === null || (sessionId !== "" && sessionId.length <= 256)).toBe(true);
        toolUseIdOf(meta, {});
        envelopeOf(meta);
      }),
    );
  });

  test("is not looked up on its prototype", () => {
    expect(
      session({ meta: {}, options: { sessionMetaKeys: ["constructor", "toString", "__proto__"] } }).sessionId,
    ).toBeNull();
  });
});

test("the host's id of a call comes from configured keys, then known ones", () => {
  const meta = { toolCallId: "c", toolUseId: "b", "claudecode/toolUseId": "a", "my/id": "m" };
  expect(toolUseIdOf(meta, { toolUseIdMetaKeys: ["my/id"] })).toBe("m");
  expect(toolUseIdOf(meta, {})).toBe("a");
  expect(toolUseIdOf({ toolCallId: "c" }, {})).toBe("c");
  expect(toolUseIdOf({}, {})).toBeNull();
});

describe("the principal", () => {
  test("is the verified subject, else the client, else nobody", () => {
    expect(principalOf({ clientId: "c1", extra: { sub: "u1" } }, {})).toEqual({ id: "u1", type: "user" });
    expect(principalOf({ clientId: "c1", extra: { sub: "" } }, {})).toEqual({ id: "c1", type: "client" });
    expect(principalOf({ token: "t" }, {})).toBeNull();
    expect(principalOf(undefined, {})).toBeNull();
  });

  test("is what the author makes of the auth info", () => {
    expect(
      principalOf(
        { extra: { email: "a@x" } },
        { principal: ({ extra }) => ({ id: String(extra?.["email"]), type: "user" }) },
      )?.id,
    ).toBe("a@x");
  });
});

test("a header is absent where there are none", () => {
  for (const extra of [undefined, {}, { requestInfo: {} }, { request: {} }])
    expect(headerOf(extra, "baggage")).toBeNull();
});

test("the envelope's client and version are texts or nothing", () => {
  const meta = {
    "io.modelcontextprotocol/clientInfo": { name: "c", version: 1 },
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  };
  expect(envelopeOf(meta)).toEqual({ clientName: "c", clientVersion: undefined, protocolVersion: "2026-07-28" });
});
