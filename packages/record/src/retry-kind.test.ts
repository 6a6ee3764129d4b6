import { describe, expect, test } from "vitest";
import type { Outcome } from "./outcome.ts";
import { classifyRetry, isRefusal, type Delivery, type PastDelivery, type RetryVerdict } from "./retry-kind.ts";

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;
let ids = 0;

interface Shape extends Partial<PastDelivery> {
  args?: Record<string, string>;
}
/** Fingerprint and field hashes stand for the arguments, which are not kept. */
const hashed = (args: Record<string, string>) => ({ fingerprint: JSON.stringify(args), fieldHashes: args });

function past({ args = { a: "1" }, ...shape }: Shape = {}): PastDelivery {
  return {
    id: `call-${++ids}`,
    startedAt: NOW - 1_000,
    toolUseId: `use-${ids}`,
    idempotencyKey: null,
    ...hashed(args),
    failedFields: [],
    outcome: "tool_error",
    retryClass: "verify",
    attempt: 1,
    ...shape,
  };
}
function delivery({
  args = { a: "1" },
  ...shape
}: Partial<Delivery> & { args?: Record<string, string> } = {}): Delivery {
  const { fingerprint, fieldHashes } = hashed(args);
  return {
    startedAt: NOW,
    toolUseId: "use-new",
    idempotencyKey: null,
    fingerprint,
    fieldHashes: () => fieldHashes,
    continues: false,
    mutability: "mutating",
    ...shape,
  };
}
const follows = (earlier: PastDelivery, retryKind: string): RetryVerdict =>
  ({ retryKind, attempt: earlier.attempt + 1, retryOf: earlier.id }) as RetryVerdict;
const first: RetryVerdict = { retryKind: "first", attempt: 1, retryOf: null };

describe("what a delivery is to the one before it", () => {
  test("the first of its kind is first", () => {
    expect(classifyRetry(delivery(), [])).toEqual(first);
    expect(classifyRetry(delivery({ args: { a: "2" } }), [past({ outcome: "ok", retryClass: "none" })])).toEqual(first);
    expect(classifyRetry(delivery({ args: { a: "2" } }), [past()])).toEqual(first);
  });

  test("a second leg is a continuation of the call that asked for input", () => {
    const asked = past({ outcome: "input_required", retryClass: "none" });
    expect(classifyRetry(delivery({ continues: true }), [asked, past()])).toEqual(follows(asked, "continuation"));
    expect(classifyRetry(delivery({ continues: true, args: { b: "1" } }), [])).toEqual({
      ...first,
      retryKind: "continuation",
    });
  });

  test("a call that was held says nothing of its own: what became of its twin decides", () => {
    const done = past({ outcome: "ok", retryClass: "none" });
    const held = past({ outcome: "held", attempt: 2, retryOf: done.id } as Shape);
    expect(classifyRetry(delivery(), [done, held])).toEqual({ retryKind: "repeat", attempt: 3, retryOf: done.id });
    const running = past({ outcome: undefined, retryClass: undefined });
    expect(classifyRetry(delivery(), [running, held])).toEqual({
      retryKind: "model_retry",
      attempt: 3,
      retryOf: running.id,
    });
  });

  test("the same tool-use id is a redelivery, whatever else changed", () => {
    const earlier = past({ toolUseId: "use-new", outcome: "ok" });
    expect(classifyRetry(delivery({ args: { b: "9" } }), [earlier])).toEqual(follows(earlier, "redelivery"));
  });

  test("the same key under a new id is a keyed retry", () => {
    const earlier = past({ idempotencyKey: "k", outcome: "ok" });
    expect(classifyRetry(delivery({ idempotencyKey: "k", args: { b: "9" } }), [earlier])).toEqual(
      follows(earlier, "keyed_retry"),
    );
    expect(classifyRetry(delivery({ idempotencyKey: "other", args: { b: "9" } }), [earlier])).toEqual(first);
  });

  test.each<Outcome | undefined>([
    "tool_error",
    "invalid_input",
    "invalid_output",
    "denied",
    "rate_limited",
    "timeout",
    "cancelled",
    "indeterminate",
    "upstream_unavailable",
    "held",
    "internal_error",
    undefined,
  ])("the same arguments after %s are a model retry", (outcome) => {
    const earlier = past({ outcome, retryClass: outcome === undefined ? undefined : "verify" });
    expect(classifyRetry(delivery(), [earlier])).toEqual(follows(earlier, "model_retry"));
  });

  test.each<Outcome>(["ok", "duplicate_replayed"])(
    "the same arguments after %s are a poll if the tool reads, else a repeat",
    (outcome) => {
      const earlier = past({ outcome, retryClass: "none" });
      expect(classifyRetry(delivery({ mutability: "read" }), [earlier])).toEqual(follows(earlier, "poll"));
      expect(classifyRetry(delivery({ mutability: "mutating" }), [earlier])).toEqual(follows(earlier, "repeat"));
      expect(classifyRetry(delivery({ mutability: "destructive" }), [earlier])).toEqual(follows(earlier, "repeat"));
    },
  );

  test.each([
    { outcome: "invalid_input", retryClass: "correctable" },
    { outcome: "tool_error", retryClass: "correctable" },
    { outcome: "unknown_tool", retryClass: "correctable" },
  ] as const)("other arguments after $outcome ($retryClass) are a corrected retry", (settled) => {
    const earlier = past({ ...settled, failedFields: ["a"] });
    expect(classifyRetry(delivery({ args: { a: "2" } }), [earlier])).toEqual(follows(earlier, "corrected_retry"));
    expect(classifyRetry(delivery({ args: { a: "2" } }), [{ ...earlier, failedFields: [] }])).toEqual(
      follows(earlier, "corrected_retry"),
    );
  });

  test("other arguments that keep what failed are thrash", () => {
    const earlier = past({
      args: { a: "bad", b: "1" },
      outcome: "invalid_input",
      retryClass: "correctable",
      failedFields: ["a"],
    });
    expect(classifyRetry(delivery({ args: { a: "bad", b: "2" } }), [earlier])).toEqual(follows(earlier, "thrash"));
    const missing = past({
      args: { b: "1" },
      outcome: "invalid_input",
      retryClass: "correctable",
      failedFields: ["a"],
    });
    expect(classifyRetry(delivery({ args: { b: "2" } }), [missing])).toEqual(follows(missing, "thrash"));
    const ofTwo = { ...earlier, failedFields: ["a", "b"] };
    expect(classifyRetry(delivery({ args: { a: "bad", b: "2" } }), [ofTwo])).toEqual(
      follows(earlier, "corrected_retry"),
    );
  });
});

describe("the first rule that matches wins", () => {
  const asked = past({ args: { other: "1" }, outcome: "input_required", retryClass: "none" });
  const all = past({ toolUseId: "use-new", idempotencyKey: "k", startedAt: NOW - 3_000 });
  test.each<[string, Partial<Delivery>, PastDelivery]>([
    ["continuation", { continues: true, idempotencyKey: "k" }, asked],
    ["redelivery", { idempotencyKey: "k" }, all],
    ["keyed_retry", { idempotencyKey: "k", toolUseId: "other" }, all],
    ["model_retry", { toolUseId: "other" }, all],
  ])("%s", (retryKind, shape, earlier) => {
    expect(classifyRetry(delivery(shape), [all, asked])).toEqual(follows(earlier, retryKind));
  });
});

describe("attempts", () => {
  test("count on through a group, each retry naming the one before it", () => {
    const one = past({ attempt: 1, startedAt: NOW - 3_000 });
    const two = past({ attempt: 2, startedAt: NOW - 2_000 });
    expect(classifyRetry(delivery(), [one, two])).toEqual({ retryKind: "model_retry", attempt: 3, retryOf: two.id });
  });

  test("an earlier success in the group does not hide that the last one failed", () => {
    const good = past({ outcome: "ok", retryClass: "none", startedAt: NOW - 3_000 });
    const bad = past({ startedAt: NOW - 2_000 });
    expect(classifyRetry(delivery(), [good, bad]).retryKind).toBe("model_retry");
    expect(classifyRetry(delivery(), [bad, good]).retryKind).toBe("repeat");
  });

  test("what has neither id nor fingerprint is nothing's retry", () => {
    const earlier = past({ toolUseId: null, fingerprint: null });
    expect(classifyRetry(delivery({ toolUseId: null, fingerprint: null }), [earlier])).toEqual(first);
  });
});

describe("how far back a delivery is compared", () => {
  test("8 deliveries", () => {
    const target = past();
    const others = Array.from({ length: 8 }, (_, index) =>
      past({ args: { other: String(index) }, outcome: "ok", retryClass: "none" }),
    );
    expect(classifyRetry(delivery(), [target, ...others.slice(0, 7)])).toEqual(follows(target, "model_retry"));
    expect(classifyRetry(delivery(), [target, ...others])).toEqual(first);
  });

  test("10 minutes", () => {
    const edge = past({ startedAt: NOW - 10 * MINUTE });
    expect(classifyRetry(delivery(), [edge])).toEqual(follows(edge, "model_retry"));
    expect(classifyRetry(delivery(), [{ ...edge, startedAt: NOW - 10 * MINUTE - 1 }])).toEqual(first);
  });
});

test("field hashes are asked for only where the previous delivery failed", () => {
  let asked = 0;
  const fieldHashes = () => (asked++, {});
  classifyRetry(delivery({ fieldHashes }), [past({ outcome: "ok", retryClass: "none", args: { b: "1" } })]);
  classifyRetry(delivery({ fieldHashes }), []);
  expect(asked).toBe(0);
  classifyRetry(delivery({ fieldHashes }), [
    past({ args: { b: "1" }, outcome: "invalid_input", retryClass: "correctable" }),
  ]);
  expect(asked).toBe(1);
});

test("a refusal is what never reached the handler", () => {
  expect(isRefusal("denied")).toBe(true);
  expect(isRefusal("tool_error")).toBe(false);
  expect(isRefusal("cancelled")).toBe(false);
});
