import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { callContext } from "../call-context.ts";
import { correctable, retryable, terminal, verify } from "../errors/tool-error.ts";
import type { GateOptions } from "../options.ts";
import { serverKinds, type TestTool } from "../testing-enforced.ts";
import { removeDirectories, text } from "../testing-gate.ts";
import { withServer } from "./testing-booking.ts";

afterAll(removeDirectories);

describe.each(serverKinds)("failures on %s", (kind) => {
  const failing = (error: () => unknown, annotations?: object): Record<string, TestTool> => ({
    act: {
      ...(annotations ? { annotations } : {}),
      run: () => {
        throw error();
      },
    },
  });
  const telling: GateOptions = { defaults: { errors: true } };

  test.each([
    [
      "retryable",
      () => retryable("The bank is busy", { afterMs: 2_000, code: "bank_busy" }),
      { code: "bank_busy", retry: "retryable", effect: "none", retry_after_ms: 2_000 },
    ],
    [
      "correctable",
      () => correctable("No such account", { param: "account" }),
      { code: "correctable", retry: "correctable", effect: "none", param: "/account" },
    ],
    ["verify", () => verify("The line went dead"), { code: "verify", retry: "verify", effect: "unknown" }],
    ["terminal", () => terminal("The account is closed"), { code: "terminal", retry: "terminal", effect: "none" }],
    [
      "a lost connection",
      () => Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }),
      { code: "ECONNRESET", retry: "verify", effect: "unknown" },
    ],
    [
      "a refused connection",
      () => Object.assign(new Error("connect"), { code: "ECONNREFUSED" }),
      { code: "ECONNREFUSED", retry: "retryable", effect: "none" },
    ],
    ["anything else", () => new Error("boom"), { code: "Error", retry: "verify", effect: "unknown" }],
  ] as const)("%s is told with its class and effect, and the row says the same", async (_name, error, told) => {
    await withServer({ kind, tools: failing(error), options: telling }, async ({ call, row }) => {
      const answer = await call("act");
      expect(answer.isError).toBe(true);
      expect(answer.told).toMatchObject(told);
      expect(row()).toMatchObject({
        outcome: "tool_error",
        effect: told.effect,
        retryClass: told.retry,
        errorCode: told.code,
      });
    });
  });

  test("neither a stack nor a secret that the call named is told", async () => {
    const tools = {
      login: {
        input: z.object({ password: z.string() }),
        run: ({ password }: Record<string, unknown>) => {
          throw new Error(`no login with ${String(password)}\n    at Object.login (/srv/app.js:3:1)`);
        },
      },
    };
    await withServer({ kind, tools, options: telling }, async ({ call, row }) => {
      const answer = await call("login", { password: "correct-horse" });
      expect(answer.text).not.toContain("correct-horse");
      expect(answer.text).not.toContain("app.js");
      expect(row().errorMessage).not.toContain("correct-horse");
    });
  });

  test("the author's own rules say what the author's errors mean", async () => {
    const options: GateOptions = {
      tools: { act: { errors: [{ match: "E_BUSY", retry: "retryable", afterMs: 700, hint: "The till is shared." }] } },
    };
    const busy = () => Object.assign(new Error("till in use"), { code: "E_BUSY" });
    await withServer({ kind, tools: failing(busy), options }, async ({ call }) => {
      const answer = await call("act");
      expect(answer.told).toMatchObject({ code: "E_BUSY", retry: "retryable", effect: "none", retry_after_ms: 700 });
      expect(answer.text).toContain("The till is shared.");
    });
  });

  test("an error that a tool returns itself keeps its words, and what it means comes behind them", async () => {
    const tools = { act: { run: () => ({ ...text("no such order"), isError: true }) } };
    await withServer({ kind, tools, options: telling }, async ({ call, row }) => {
      const answer = await call("act");
      expect(answer.text).toMatch(/^no such order\n\{/);
      expect(answer.told).toMatchObject({ retry: "verify", effect: "unknown" });
      expect(row()).toMatchObject({ outcome: "tool_error", effect: "unknown" });
    });
  });

  test("the third failure in a row that invites another try is the last", async () => {
    const refused = () => Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
    await withServer({ kind, tools: failing(refused, { readOnlyHint: true }), options: telling }, async ({ call }) => {
      const meta = { "claudecode/sessionId": "s" };
      const classes = [];
      for (let attempt = 0; attempt < 3; attempt++) classes.push((await call("act", {}, { meta })).told);
      expect(classes.map(({ retry }) => retry)).toEqual(["retryable", "retryable", "terminal"]);
      expect(classes[2]?.code).toBe("retry_budget_exhausted");
    });
  });

  test("a tool that takes too long is answered in time, its signal fires, and its late end is no second row", async () => {
    let signal: AbortSignal | undefined;
    const tools: Record<string, TestTool> = {
      slow: {
        run: async () => {
          ({ signal } = callContext());
          await sleep(150);
          return text("late");
        },
      },
      slow_read: {
        annotations: { readOnlyHint: true },
        run: async () => {
          await sleep(150);
          return text("late");
        },
      },
    };
    await withServer({ kind, tools, options: { defaults: { timeout: 30 } } }, async ({ call, rows }) => {
      expect((await call("slow")).told).toMatchObject({ code: "timeout", retry: "verify", effect: "unknown" });
      expect(signal?.aborted).toBe(true);
      expect((await call("slow_read")).told).toMatchObject({ code: "timeout", retry: "retryable", effect: "none" });
      await sleep(200);
      expect(rows()).toMatchObject([
        { outcome: "timeout", effect: "unknown", retryClass: "verify" },
        { outcome: "timeout", effect: "none", retryClass: "retryable" },
      ]);
    });
  });
});
