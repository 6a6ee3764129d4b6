import { expect, test } from "vitest";
import { checkGateOptions, type GateOptions } from "./options.ts";

test.each<[string, unknown, RegExp]>([
  ["an unknown option", { toolz: {} }, /unknown option "toolz"; known are project,/],
  [
    "an unknown tool option",
    { tools: { refund: { mutabilty: "read" } } },
    /tool "refund": unknown option "mutabilty"; known are/,
  ],
  [
    "a mutability that is none",
    { tools: { refund: { mutability: "write" } } },
    /"refund": mutability is "write"; write one of read, mutating/,
  ],
  [
    "a capture that is none",
    { tools: { refund: { capture: "all" } } },
    /"refund": capture is "all"; write "redacted" or "none"/,
  ],
])("%s is refused, and the message says what to write", (_name, options, message) => {
  expect(() => checkGateOptions(options as GateOptions)).toThrow(message);
});

test("every option that there is, is taken", () => {
  const tools = { refund: { mutability: "destructive", capture: "none" }, find: {} } as const;
  const options: Required<GateOptions> = {
    project: "p",
    journalDirectory: "/nowhere",
    ledger: { record: () => Promise.reject(new Error("unused")) },
    redact: {},
    captureLimits: {},
    fingerprintKey: "k",
    onDiagnostic: () => undefined,
    tools,
    sessionMetaKeys: [],
    toolUseIdMetaKeys: [],
    principal: () => null,
  };
  expect(() => checkGateOptions(options)).not.toThrow();
  expect(() => checkGateOptions({})).not.toThrow();
});
