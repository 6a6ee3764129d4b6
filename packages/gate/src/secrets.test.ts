import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newId } from "@tachograph/record";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Contracts } from "./contracts.ts";
import { Delivery } from "./delivery.ts";
import { entriesIn, rowsIn } from "./failure-matrix/read-journal.ts";
import type { Diagnostic, GateOptions } from "./options.ts";
import { closeRecorders, recorderFor } from "./recorder.ts";
import type { MessageExtra } from "./request-context.ts";

const TOKEN = "opaque-3f9a7c-token";
let directory: string;
let diagnostics: Diagnostic[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "secrets-"));
  diagnostics = [];
});
afterEach(async () => {
  await closeRecorders();
  rmSync(directory, { recursive: true });
});

/** One call over HTTP, and its answer. */
function call(params: object, result: unknown, extra: MessageExtra, given: GateOptions = {}): void {
  const options: GateOptions = {
    journalDirectory: directory,
    fingerprintKey: "0123456789abcdef",
    onDiagnostic: (diagnostic) => diagnostics.push(diagnostic),
    ...given,
  };
  const delivery = new Delivery(newId(), {
    recorder: recorderFor(options),
    options,
    server: { name: "srv", version: null },
    contracts: new Contracts(options.tools),
    connection: {
      connectionId: newId(),
      transport: "http",
      transportSessionId: undefined,
      protocolVersion: null,
      clientName: null,
      clientVersion: null,
    },
    message: { id: 1, params },
    extra,
  });
  delivery.handlerStarted(undefined);
  delivery.handlerReturned(result);
  void delivery.answered({ id: 1, result });
}
const failed = (text: string): object => ({ content: [{ type: "text", text }], isError: true });
const basic = (text: string): string => Buffer.from(text).toString("base64");

describe("a credential that came with the request is in no record of the call, though the tool repeats it", () => {
  test.each<[string, Record<string, string>, string]>([
    ["a bearer token", { authorization: `Bearer ${TOKEN}` }, TOKEN],
    ["an API key", { "x-api-key": TOKEN }, TOKEN],
    ["a cookie", { cookie: `theme=dark; sid=${TOKEN}` }, TOKEN],
    ["a password", { authorization: `Basic ${basic("ann:correct horse")}` }, "correct horse"],
  ])("%s", (_name, headers, secret) => {
    const params = { name: `get ${secret}`, arguments: { note: secret }, _meta: { sessionId: `s-${secret}` } };
    for (const extra of [{ requestInfo: { headers } }, { request: { headers: new Headers(headers) } }])
      call(params, failed(`no account for ${secret}`), extra);
    expect(rowsIn(directory)).toHaveLength(2);
    expect(JSON.stringify(entriesIn(directory))).not.toContain(secret);
  });

  test("a verified token, also in the tool's name", () => {
    call({ name: `get_${TOKEN}` }, failed(TOKEN), { authInfo: { token: TOKEN } });
    expect(JSON.stringify(entriesIn(directory))).not.toContain(TOKEN);
  });
});

test("the text of an error is not kept where the tool's capture is none", () => {
  call({ name: "find" }, failed("no patient Jane Roe"), {}, { tools: { find: { capture: "none" } } });
  expect(JSON.stringify(entriesIn(directory))).not.toContain("Jane Roe");
  expect(rowsIn(directory).map(({ outcome }) => outcome)).toEqual(["tool_error"]);
});

describe("a call is a row", () => {
  test("where the author's own principal() throws, or gives no text", () => {
    const thrower = (): never => {
      throw new TypeError("no claims");
    };
    const numeric = () => ({ id: 7 as unknown as string, type: "user" as const });
    for (const principal of [thrower, numeric])
      call({ name: "find" }, {}, { authInfo: { token: TOKEN } }, { principal });
    expect(rowsIn(directory).map((row) => row.principal)).toEqual([null, null]);
    expect(diagnostics.map(({ code }) => code)).toEqual(["gate_fault"]);
  });

  test("where the verified scopes are no list of texts", () => {
    for (const scopes of ["read write", [1, "read"], { a: 1 }]) {
      call({ name: "find" }, {}, { authInfo: { scopes: scopes as string[] } });
    }
    expect(rowsIn(directory).map((row) => row.scopes)).toEqual([null, ["read"], null]);
  });
});
