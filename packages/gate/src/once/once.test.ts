import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { callContext } from "../call-context.ts";
import { retryable, verify } from "../errors/tool-error.ts";
import type { GateOptions, OnceOptions } from "../options.ts";
import { serverKinds, type TestTool } from "../testing-enforced.ts";
import { text } from "../testing-gate.ts";
import { bank, diagnostics, id, keyed, ledger, order, paid, pay, serve } from "./testing-bank.ts";

describe.each(serverKinds)("on %s", (kind) => {
  test("a call that is delivered again is not executed again: it gets the original answer, and both say so", async () => {
    const server = await serve({ pay }, true, { kind });
    const first = await server.call("pay", order, id("toolu_1"));
    const second = await server.call("pay", order, id("toolu_1"));
    expect(bank).toHaveLength(1);
    expect(first.text).toBe("paid A-1 as number 1");
    expect(second.isError).toBe(false);
    expect(second.text).toContain("paid A-1 as number 1");
    expect(second.text).toMatch(/Nothing was executed again/);
    const [original, replay] = server.rows();
    expect(original).toMatchObject({ outcome: "ok", effect: "applied", keySource: "delivery", retryKind: "first" });
    expect(replay).toMatchObject({
      outcome: "duplicate_replayed",
      errorMessage: null,
      effect: "applied",
      retryClass: "none",
      retryKind: "redelivery",
      originalCallId: original?.id,
      operationId: original?.operationId,
    });
    expect(second.meta["tachograph/replay"]).toMatchObject({ original_call_id: original?.id });
  });

  test("a model's blind repeat of a call of unknown effect is held, and the handler is not entered", async () => {
    const broken: TestTool = {
      input: paid,
      run: ({ order: paidOrder }) => {
        bank.push({ order: paidOrder, key: null });
        throw verify("the line went dead");
      },
    };
    const server = await serve({ pay: broken }, true, { kind });
    expect((await server.call("pay", order, id("toolu_1"))).told).toMatchObject({ retry: "verify", effect: "unknown" });
    const second = await server.call("pay", order, id("toolu_2"));
    expect(second.told).toMatchObject({ code: "held", retry: "verify", effect: "none" });
    expect(bank).toHaveLength(1);
    expect(server.rows()).toMatchObject([
      { outcome: "tool_error", effect: "unknown" },
      { outcome: "held", effect: "none", retryKind: "model_retry" },
    ]);
    // Another order is another thing.
    await server.call("pay", { ...order, order: "A-2" }, id("toolu_3"));
    expect(bank).toHaveLength(2);
  });
});

describe("the key", () => {
  test("with other arguments is a conflict", async () => {
    const server = await serve();
    await server.call("pay", order, keyed("k-1"));
    const answer = await server.call("pay", { ...order, amount: 6 }, keyed("k-1"));
    expect(answer.told).toMatchObject({ code: "key_conflict", retry: "terminal", effect: "none" });
    expect(server.row()).toMatchObject({ outcome: "key_conflict", keySource: "client_meta", retryKind: "keyed_retry" });
    expect(bank).toHaveLength(1);
  });

  test("of another principal, tool or project is another operation", async () => {
    const server = await serve({ pay, refund: pay });
    const elsewhere = await serve({ pay }, true, { options: { project: "other" } });
    await server.call("pay", order, keyed("k-1"));
    await server.call("pay", order, { ...keyed("k-1"), authInfo: { clientId: "ben" } });
    await server.call("refund", order, keyed("k-1"));
    await elsewhere.call("pay", order, keyed("k-1"));
    expect(bank).toHaveLength(4);
  });

  test("is never shared by unauthenticated callers of different connections", async () => {
    const [one, two] = [
      await serve({ pay }, true, { authInfo: undefined }),
      await serve({ pay }, true, { authInfo: undefined }),
    ];
    await one.call("pay", order, keyed("k-1"));
    const answer = await two.call("pay", order, keyed("k-1"));
    expect(answer.text).toBe("paid A-1 as number 2");
    await one.call("pay", order, keyed("k-1"));
    expect(bank).toHaveLength(2);
  });

  test("that the author declares finds a retry by the model, whatever its id", async () => {
    const server = await serve({ pay }, { key: (args) => String(args["order"]) });
    await server.call("pay", order, id("toolu_1"));
    await server.call("pay", order, id("toolu_2"));
    expect(bank).toHaveLength(1);
    expect(server.rows()).toMatchObject([
      { keySource: "declared" },
      { outcome: "duplicate_replayed", retryKind: "keyed_retry" },
    ]);
  });

  test("that the author's function does not find, as with a misspelt argument, refuses the call; null says that there is none", async () => {
    const misspelt: OnceOptions = { key: (args) => args["ordre"] as string };
    const refused = await (await serve({ pay }, misspelt)).call("pay", order, id("toolu_1"));
    expect(refused.told).toMatchObject({ code: "internal_error", effect: "none" });
    expect(bank).toEqual([]);
    expect(diagnostics[0]?.cause).toMatchObject({
      message: expect.stringMatching(/^once\.key gave undefined; give .* or null/),
    });
    const server = await serve({ pay }, { key: () => null });
    await server.call("pay", order, id("toolu_1"));
    expect(server.row()).toMatchObject({ outcome: "ok", keySource: "delivery" });
  });

  test("in an argument goes before the declared one, and the one in _meta before both", async () => {
    const server = await serve({ pay }, { keyArgument: "note", key: (args) => String(args["order"]) });
    await server.call("pay", { ...order, note: "n-1" });
    expect(server.row().keySource).toBe("client_arg");
    await server.call("pay", order);
    expect(server.row()).toMatchObject({ keySource: "declared", outcome: "ok" });
    await server.call("pay", order, keyed("m-1"));
    expect(server.row()).toMatchObject({ keySource: "client_meta", outcome: "ok" });
    expect(bank).toHaveLength(3);
  });

  test.each([
    ["empty", ""],
    ["too long", "x".repeat(256)],
    ["not ASCII", "schlüssel"],
    ["no text", 7],
    ["with a control character", "a\nb"],
  ])("that is %s is refused as invalid input", async (_name, key) => {
    const server = await serve();
    expect((await server.call("pay", order, keyed(key))).told).toMatchObject({
      code: "invalid_argument",
      retry: "correctable",
    });
    expect(server.row()).toMatchObject({ outcome: "invalid_input", operationId: null });
    expect(bank).toEqual([]);
  });

  test("given twice and differently is refused as invalid input", async () => {
    const server = await serve({ pay }, { keyArgument: "note" });
    await server.call("pay", { ...order, note: "n-1" }, keyed("m-1"));
    expect(server.row()).toMatchObject({ outcome: "invalid_input", issues: [{ code: "two_keys" }] });
    expect(bank).toEqual([]);
  });

  test("reaches the handler as one that is equal on every attempt, to hand on", async () => {
    let fails = 2;
    const flaky: TestTool = {
      input: paid,
      run: ({ order: paidOrder }) => {
        bank.push({ order: paidOrder, key: callContext().idempotencyKey });
        if (fails-- > 0) throw retryable("busy", { afterMs: 1 });
        return text(`attempt ${callContext().attempt}`);
      },
    };
    const server = await serve({ pay: flaky }, { mode: "idempotent" });
    for (let attempt = 1; attempt <= 2; attempt++) {
      await server.call("pay", order, keyed("k-1"));
      await sleep(20);
    }
    expect((await server.call("pay", order, keyed("k-1"))).text).toBe("attempt 3");
    expect(new Set(bank.map(({ key }) => key)).size).toBe(1);
    expect(bank[0]?.key).toMatch(/^[0-9a-f]{64}$/);
  });
});

test("a validation failure leaves no record: the same key with corrected arguments runs", async () => {
  const server = await serve();
  await server.call("pay", { order: "A-1", amount: "5" }, keyed("k-1"));
  expect(server.row()).toMatchObject({ outcome: "invalid_input", operationId: null });
  expect((await server.call("pay", order, keyed("k-1"))).text).toBe("paid A-1 as number 1");
});

test("a replay is authorized anew: who lost the permission is denied, and the result is not disclosed", async () => {
  const options: GateOptions = { tools: { pay: { once: true, scopes: ["pay"] } } };
  const server = await serve({ pay }, true, { options });
  await server.call("pay", order, id("toolu_1"));
  const answer = await server.call("pay", order, { ...id("toolu_1"), authInfo: { clientId: "ann", scopes: [] } });
  expect(answer.told.code).toBe("missing_scope");
  expect(answer.text).not.toContain("paid");
  expect(server.row()).toMatchObject({ outcome: "denied", operationId: null });
});

test("a server with another fingerprint key would not know the others' operations: its changing calls are refused", async () => {
  const server = await serve();
  await server.call("pay", order, id("toolu_1"));
  const other = await serve({ pay }, true, { options: { fingerprintKey: "another key for tests, 32 bytes...." } });
  expect((await other.call("pay", order, id("toolu_1"))).told.code).toBe("audit_unavailable");
  expect(diagnostics).toContainEqual(expect.objectContaining({ code: "fingerprint_key_mismatch" }));
  expect(bank).toHaveLength(1);
});

test("a server that connects reaches for the ledger once, so that a burst of first calls does not wait for that", async () => {
  const asked: string[] = [];
  const watched: typeof ledger = {
    ...ledger,
    checkFingerprintKey: async (project, check) => {
      asked.push(project);
      return ledger.checkFingerprintKey(project, check);
    },
  };
  const options = { ledger: watched };
  await serve({ pay }, true, { options });
  expect(asked).toEqual(["default"]);
  const server = await serve({ pay }, true, { options });
  await server.call("pay", order, id("toolu_1"));
  expect(asked).toEqual(["default"]);
});
