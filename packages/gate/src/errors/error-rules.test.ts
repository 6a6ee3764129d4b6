import { describe, expect, test } from "vitest";
import { createErrorClassifier } from "./classify-error.ts";
import type { ErrorRule } from "./error-rule.ts";
import { terminal } from "./tool-error.ts";

const errorWith = (fields: object): Error => Object.assign(new Error("failed"), fields);
const mutating = { mutability: "mutating" } as const;
const classify = (
  rule: ErrorRule,
  error: unknown,
  tool: { mutability: "mutating" | "read"; idempotent?: boolean } = mutating,
) => createErrorClassifier([rule])(error, tool);

describe("a rule of the author's", () => {
  test.each<[string, ErrorRule["match"], unknown]>([
    ["a signal of the table", "ECONNREFUSED", errorWith({ code: "ECONNREFUSED" })],
    ["a status", "http:503", errorWith({ status: 503 })],
    ["an SQLSTATE", "sql:23505", errorWith({ code: "23505" })],
    ["an SQLSTATE's class", "sql:23", errorWith({ code: "23505" })],
    ["a code of their own", "E_STOCK", errorWith({ code: "E_STOCK" })],
    ["a name of their own", "StockError", errorWith({ name: "StockError" })],
    ["one of several", ["E_OTHER", "E_STOCK"], errorWith({ code: "E_STOCK" })],
    ["a predicate", (error) => (error as Error).message === "failed", errorWith({})],
    ["a predicate on a text", (error) => error === "sold out", "sold out"],
    ["a cause", "E_STOCK", new Error("outer", { cause: errorWith({ code: "E_STOCK" }) })],
    ["a member of an AggregateError", "E_STOCK", new AggregateError([errorWith({ code: "E_STOCK" })])],
  ])("matches %s", (_name, match, error) => {
    expect(classify({ match, retry: "correctable", code: "mine", hint: "Ask for less" }, error)).toMatchObject({
      retryClass: "correctable",
      effect: "none",
      code: "mine",
      hint: "Ask for less",
    });
  });

  test("goes before the table", () => {
    const rule: ErrorRule = { match: "ECONNRESET", retry: "retryable", effect: "none" };
    expect(classify(rule, errorWith({ code: "ECONNRESET" }))).toMatchObject({
      retryClass: "retryable",
      effect: "none",
      code: "ECONNRESET",
    });
  });

  test("goes after what the handler threw on purpose", () => {
    const error = Object.assign(terminal("no"), { name: "StockError" });
    expect(classify({ match: "StockError", retry: "retryable" }, error).retryClass).toBe("terminal");
  });

  test("that comes first wins, wherever in the chain it matches", () => {
    const error = errorWith({ code: "E_OUTER", cause: errorWith({ code: "E_INNER" }) });
    const inner: ErrorRule = { match: "E_INNER", retry: "terminal" };
    const outer: ErrorRule = { match: "E_OUTER", retry: "retryable" };
    expect(createErrorClassifier([inner, outer])(error, mutating).code).toBe("E_INNER");
    expect(createErrorClassifier([outer, inner])(error, mutating).code).toBe("E_OUTER");
  });

  test("has the effect of its class, unless it says another", () => {
    const error = errorWith({ code: "E" });
    for (const retry of ["retryable", "correctable", "terminal"] as const)
      expect(classify({ match: "E", retry }, error).effect).toBe("none");
    expect(classify({ match: "E", retry: "verify" }, error).effect).toBe("unknown");
    expect(classify({ match: "E", retry: "terminal", effect: "applied" }, error).effect).toBe("applied");
  });

  test("has no effect in a tool that reads", () => {
    const rule: ErrorRule = { match: "E", retry: "verify", effect: "unknown" };
    expect(classify(rule, errorWith({ code: "E" }), { mutability: "read" })).toMatchObject({
      effect: "none",
      retryClass: "retryable",
    });
  });

  test("waits as it says, unless the error itself says so", () => {
    const rule: ErrorRule = { match: "http:429", retry: "retryable", afterMs: 500 };
    expect(classify(rule, errorWith({ status: 429 })).retryAfterMs).toBe(500);
    expect(classify(rule, errorWith({ status: 429, headers: { "retry-after": "2" } })).retryAfterMs).toBe(2_000);
  });

  test("whose predicate throws does not match, and nothing else is disturbed", () => {
    const match = (): boolean => {
      throw new Error("not my kind of error");
    };
    expect(classify({ match, retry: "terminal" }, errorWith({ code: "ECONNREFUSED" })).code).toBe("ECONNREFUSED");
  });
});

describe("an idempotent tool", () => {
  test("may be tried again wherever one would else have to look first", () => {
    const tool = { mutability: "mutating", idempotent: true } as const;
    const classifier = createErrorClassifier([{ match: "E", retry: "verify" }]);
    for (const error of [errorWith({ code: "ECONNRESET" }), errorWith({ code: "E" }), new Error("who knows")])
      expect(classifier(error, tool)).toMatchObject({ retryClass: "retryable", effect: "unknown" });
    expect(classifier(errorWith({ status: 404 }), tool).retryClass).toBe("terminal");
  });
});
