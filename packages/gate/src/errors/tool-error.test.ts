import { describe, expect, test } from "vitest";
import { classifyError } from "./classify-error.ts";
import { correctable, isToolError, retryable, terminal, verify } from "./tool-error.ts";

const refused = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });

describe("what a handler throws", () => {
  test.each([
    [retryable("busy"), "retryable", "none"],
    [correctable("no such order"), "correctable", "none"],
    [verify("the bank did not answer"), "verify", "unknown"],
    [terminal("the account is closed"), "terminal", "none"],
  ])("%s means what it is called, and has the effect of its kind", (error, retryClass, effect) => {
    expect(classifyError(error, "mutating")).toMatchObject({
      retryClass,
      effect,
      code: retryClass,
      retryAfterMs: null,
      thrown: error,
    });
  });

  test("is an error like any other, with a cause", () => {
    const error = retryable("The bank is busy", { cause: refused });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ message: "The bank is busy", name: "ToolError", cause: refused });
    expect("cause" in terminal("no")).toBe(false);
  });

  test("tells its code, its effect, its hint and its wait", () => {
    const error = retryable("busy", { afterMs: 2_000, code: "bank_busy", hint: "Try at night", effect: "unknown" });
    expect(classifyError(error, "mutating")).toMatchObject({
      retryClass: "retryable",
      effect: "unknown",
      code: "bank_busy",
      hint: "Try at night",
      retryAfterMs: 2_000,
    });
  });

  test("goes before what the table knows, also as a cause of it", () => {
    expect(classifyError(terminal("no", { cause: refused }), "mutating").retryClass).toBe("terminal");
    expect(
      classifyError(Object.assign(new Error("x", { cause: terminal("no") }), { code: "ECONNRESET" }), "mutating"),
    ).toMatchObject({
      retryClass: "terminal",
      effect: "none",
    });
  });

  test("counts by the outermost where there are several", () => {
    expect(classifyError(retryable("later", { cause: terminal("no") }), "mutating").retryClass).toBe("retryable");
  });

  test("never has an effect in a tool that reads, where there is nothing to verify either", () => {
    expect(classifyError(verify("who knows"), "read")).toMatchObject({ retryClass: "retryable", effect: "none" });
    expect(classifyError(terminal("no", { effect: "applied" }), "read")).toMatchObject({
      retryClass: "terminal",
      effect: "none",
    });
  });

  test("waits as long as the upstream asked for, where the handler says nothing", () => {
    const upstream = Object.assign(new Error("429"), { status: 429, headers: { "retry-after": "7" } });
    expect(classifyError(retryable("busy", { cause: upstream }), "read").retryAfterMs).toBe(7_000);
    expect(classifyError(retryable("busy", { cause: upstream, afterMs: 10 }), "read").retryAfterMs).toBe(10);
  });

  test("is known when it comes from another copy of this package", async () => {
    const url: string = "./tool-error.ts?copy";
    const copy = (await import(url)) as { terminal: typeof terminal };
    const error = copy.terminal("no");
    expect(copy.terminal).not.toBe(terminal);
    expect(isToolError(error)).toBe(true);
    expect(classifyError(error, "mutating")).toMatchObject({ retryClass: "terminal", effect: "none" });
  });
});

test("what looks like one is none", () => {
  const proxy = new Proxy(
    {},
    {
      get: () => {
        throw new Error("no");
      },
    },
  );
  for (const odd of [undefined, null, "retryable", { retryClass: "retryable" }, new Error("x"), proxy])
    expect(isToolError(odd)).toBe(false);
});
