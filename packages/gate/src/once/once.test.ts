import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { openLedger, type Ledger } from "@tachograph/ledger";
import { createTestDatabase, type TestDatabase } from "@tachograph/ledger/testing";
import type { OperationSnapshot } from "@tachograph/record";
import { inputRequired } from "@modelcontextprotocol/server";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { callContext } from "../call-context.ts";
import { retryable, terminal, verify } from "../errors/tool-error.ts";
import { entriesIn } from "../failure-matrix/read-journal.ts";
import type { Diagnostic, GateOptions, OnceOptions } from "../options.ts";
import { serveEnforced, serverKinds, type Enforced, type ServerKind, type TestTool } from "../testing-enforced.ts";
import { removeDirectories, text } from "../testing-gate.ts";

let database: TestDatabase;
let ledger: Ledger;
const servers: Enforced[] = [];
const diagnostics: Diagnostic[] = [];

beforeEach(async () => {
  database = await createTestDatabase();
  ledger = openLedger({ url: database.url, maxConnections: 3, claimBudgetMs: 15_000 });
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  diagnostics.length = 0;
  await removeDirectories();
  await ledger.close();
  await database.drop();
});
afterAll(removeDirectories);

const ann = { clientId: "ann", scopes: ["pay"] };
const paid = z.object({ order: z.string(), amount: z.number(), note: z.string().optional() });
/** What the bank really did: each payment that its handler made. */
let bank: { order: unknown; key: string | null }[];
beforeEach(() => {
  bank = [];
});
const pay: TestTool = {
  input: paid,
  run: ({ order }) => {
    bank.push({ order, key: callContext().idempotencyKey });
    return text(`paid ${String(order)} as number ${bank.length}`);
  },
};

async function serve(
  tools: Record<string, TestTool> = { pay },
  once: OnceOptions | true = true,
  more: { kind?: ServerKind; options?: GateOptions; authInfo?: object | undefined } = {},
): Promise<Enforced> {
  const names = Object.keys(tools);
  const server = await serveEnforced(
    more.kind ?? "v2",
    tools,
    {
      ledger,
      fingerprintKey: "a key for tests, of 32 bytes......",
      onDiagnostic: (diagnostic) => diagnostics.push(diagnostic),
      ...more.options,
      tools: { ...Object.fromEntries(names.map((name) => [name, { once }])), ...more.options?.tools },
    },
    "authInfo" in more ? more.authInfo : ann,
  );
  servers.push(server);
  return server;
}

const id = (toolUseId: string) => ({ meta: { "claudecode/toolUseId": toolUseId, "claudecode/sessionId": "s-1" } });
const keyed = (key: unknown) => ({ meta: { "tachograph/idempotencyKey": key } });
const order = { order: "A-1", amount: 5 };
const operation = async (server: Enforced): Promise<OperationSnapshot> =>
  (await ledger.find("default", server.row().operationId as string)) as OperationSnapshot;

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

describe("an operation that failed", () => {
  test("without effect and for good answers its duplicates with the same error", async () => {
    const closed: TestTool = {
      input: paid,
      run: () => {
        bank.push({ order: 0, key: null });
        throw terminal("the account is closed");
      },
    };
    const server = await serve({ pay: closed });
    const first = await server.call("pay", order, id("toolu_1"));
    const second = await server.call("pay", order, id("toolu_1"));
    expect(bank).toHaveLength(1);
    expect(second.isError).toBe(true);
    expect(second.meta["tachograph/error"]).toEqual(first.told);
    expect(server.row()).toMatchObject({ outcome: "duplicate_replayed", effect: "none" });
  });

  test("without effect may be tried again when it is due, and not before", async () => {
    let busy = true;
    const flaky: TestTool = {
      ...pay,
      run: (args, extra) => {
        if (busy) throw retryable("busy", { afterMs: 400 });
        return pay.run(args, extra);
      },
    };
    const server = await serve({ pay: flaky });
    expect((await server.call("pay", order, keyed("k-1"))).told).toMatchObject({
      retry: "retryable",
      retry_after_ms: 400,
    });
    busy = false;
    const early = await server.call("pay", order, keyed("k-1"));
    expect(early.told).toMatchObject({ retry: "retryable", effect: "none" });
    expect(early.told.retry_after_ms).toBeLessThanOrEqual(400);
    await sleep(450);
    expect((await server.call("pay", order, keyed("k-1"))).text).toBe("paid A-1 as number 1");
  });

  test("after its effect, at its output schema, is done: its duplicates are not executed", async () => {
    const odd: TestTool = {
      input: paid,
      output: z.object({ n: z.number() }),
      run: () => {
        bank.push({ order: 1, key: null });
        return { ...text("x"), structuredContent: { n: "one" } };
      },
    };
    const server = await serve({ pay: odd });
    expect((await server.call("pay", order, id("toolu_1"))).told).toMatchObject({
      code: "invalid_output",
      effect: "applied",
      retry: "terminal",
    });
    expect(await operation(server)).toMatchObject({ state: "completed", effect: "applied" });
    await server.call("pay", order, id("toolu_1"));
    expect(server.row()).toMatchObject({ outcome: "duplicate_replayed", effect: "applied" });
    expect(bank).toHaveLength(1);
  });
});

describe("while it is executed", () => {
  let finish: () => void;
  const slow: TestTool = {
    ...pay,
    run: async (args, extra) => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return pay.run(args, extra);
    },
  };

  test("a duplicate that waits gets the answer of the one that runs", async () => {
    const server = await serve({ pay: slow });
    const first = server.call("pay", order, id("toolu_1"));
    await expect.poll(() => server.entered.length).toBe(1);
    const second = server.call("pay", order, id("toolu_1"));
    await sleep(100);
    finish();
    expect((await second).text).toContain((await first).text);
    expect(bank).toHaveLength(1);
  });

  test("a duplicate that waited long enough is told to come back, and a twin with another id is held", async () => {
    const server = await serve({ pay: slow }, { waitMs: 30 });
    const first = server.call("pay", order, id("toolu_1"));
    await expect.poll(() => server.entered.length).toBe(1);
    expect((await server.call("pay", order, id("toolu_1"))).told).toMatchObject({
      code: "duplicate_in_flight",
      retry: "retryable",
      effect: "none",
    });
    expect((await server.call("pay", order, id("toolu_2"))).told).toMatchObject({
      code: "held",
      retry: "verify",
      effect: "none",
    });
    finish();
    await first;
    // After a settled twin the repeat runs, and says that it is one.
    const repeat = server.call("pay", order, id("toolu_3"));
    await expect.poll(() => server.entered.length).toBe(2);
    finish();
    await repeat;
    expect(server.row()).toMatchObject({ outcome: "ok", retryKind: "repeat" });
  });

  test("a timeout or a cancellation leaves it running: it settles when its handler does, and duplicates get that", async () => {
    const server = await serve({ pay: slow }, { waitMs: 10 }, { options: { defaults: { timeout: 50 } } });
    expect((await server.call("pay", order, id("toolu_1"))).told).toMatchObject({
      code: "timeout",
      retry: "verify",
      effect: "unknown",
    });
    expect(await operation(server)).toMatchObject({ state: "in_flight" });
    expect((await server.call("pay", order, id("toolu_2"))).told.code).toBe("held");
    finish();
    await expect
      .poll(async () => (await ledger.find("default", server.rows()[0]?.operationId as string))?.state)
      .toBe("completed");
    expect((await server.call("pay", order, id("toolu_1"))).text).toContain("paid A-1 as number 1");
    expect(bank).toHaveLength(1);
  });

  test("a client that gives up does not stop it: the row is cancelled, and a redelivery gets the result", async () => {
    const server = await serve({ pay: slow });
    const aborting = new AbortController();
    const params = { name: "pay", arguments: order, _meta: id("toolu_1").meta };
    const call = server.client.callTool(params, undefined, { signal: aborting.signal }).catch(() => "given up");
    await expect.poll(() => server.entered.length).toBe(1);
    aborting.abort();
    expect(await call).toBe("given up");
    await expect.poll(() => server.rows().length).toBe(1);
    expect(server.row()).toMatchObject({ outcome: "cancelled", effect: "unknown" });
    finish();
    await expect.poll(() => bank.length).toBe(1);
    expect((await server.call("pay", order, id("toolu_1"))).text).toContain("paid A-1 as number 1");
    expect(bank).toHaveLength(1);
  });
});

describe("an operation of unknown effect", () => {
  const dead: TestTool = {
    ...pay,
    run: (args, extra) => {
      void pay.run(args, extra);
      throw verify("the line went dead");
    },
  };
  let alive = false;
  const recovering: TestTool = { ...pay, run: (args, extra) => (alive ? pay.run(args, extra) : dead.run(args, extra)) };
  beforeEach(() => {
    alive = false;
  });

  test("is executed again only with the token of the answer, once, and by the same caller", async () => {
    const server = await serve({ pay: recovering });
    await server.call("pay", order, id("toolu_1"));
    const held = await server.call("pay", order, id("toolu_2"));
    const token = held.told.confirm_repeat;
    expect(token).toMatch(/^repeat-/);
    expect(JSON.stringify(entriesIn(server.directory)), "whoever reads the trail must not repeat it").not.toContain(
      token,
    );
    alive = true;
    const confirm = { "tachograph/confirmRepeat": token };
    const by = (toolUseId: string) => ({ meta: { ...id(toolUseId).meta, ...confirm } });
    expect((await server.call("pay", order, { ...by("toolu_3"), authInfo: { clientId: "ben" } })).isError).toBe(false);
    expect(bank.filter(({ order: paidOrder }) => paidOrder === "A-1")).toHaveLength(2);
    // Ben's was a call of his own; Ann's token still stands.
    expect((await server.call("pay", order, by("toolu_4"))).text).toBe("paid A-1 as number 3");
    expect(server.row()).toMatchObject({ outcome: "ok", reason: expect.stringContaining("confirmed") });
    const spent = await server.call("pay", order, by("toolu_1"));
    expect(spent.text).toContain("paid A-1 as number 3");
    expect(bank).toHaveLength(3);
  });

  test("a made-up token is worth nothing", async () => {
    const server = await serve({ pay: recovering });
    await server.call("pay", order, id("toolu_1"));
    const { told } = await server.call("pay", order, id("toolu_2"));
    const forged = `${String(told.confirm_repeat).slice(0, -1)}${String(told.confirm_repeat).endsWith("0") ? "1" : "0"}`;
    const answer = await server.call("pay", order, {
      meta: { ...id("toolu_3").meta, "tachograph/confirmRepeat": forged },
    });
    expect(answer.told.code).toBe("held");
    expect(bank).toHaveLength(1);
  });

  test("may be left to a person alone: then no token is given", async () => {
    const server = await serve({ pay: recovering }, { confirmRepeat: "person" });
    await server.call("pay", order, id("toolu_1"));
    const answer = await server.call("pay", order, id("toolu_2"));
    expect(answer.told.confirm_repeat).toBeUndefined();
    expect(answer.text).toContain("person");
  });

  test("is settled by the reconcile hook: applied is replayed, not applied is executed", async () => {
    const findings = [{ found: "unknown" }, { found: "applied", result: text("paid before") }] as const;
    let asked = 0;
    const server = await serve({ pay: dead }, { reconcile: () => findings[asked++] as never });
    await server.call("pay", order, id("toolu_1"));
    expect((await server.call("pay", order, id("toolu_2"))).told.code).toBe("held");
    expect((await server.call("pay", order, id("toolu_1"))).text).toContain("paid before");
    expect(bank).toHaveLength(1);

    alive = false;
    const other = await serve({ pay: recovering }, { reconcile: () => ({ found: "not_applied" }) });
    await other.call("pay", { ...order, order: "B-1" }, id("toolu_9"));
    alive = true;
    expect((await other.call("pay", { ...order, order: "B-1" }, id("toolu_9"))).text).toContain("paid B-1");
  });

  test("that the hook finds applied is not executed for a blind repeat either: it gets the answer of its twin", async () => {
    const server = await serve({ pay: dead }, { reconcile: () => ({ found: "applied", result: text("paid before") }) });
    await server.call("pay", order, id("toolu_1"));
    const [first] = server.rows();
    alive = true;
    const repeat = await server.call("pay", order, id("toolu_2"));
    expect(repeat.text).toContain("paid before");
    expect(bank).toHaveLength(1);
    expect(server.row()).toMatchObject({
      outcome: "duplicate_replayed",
      effect: "applied",
      operationId: first?.operationId,
      originalCallId: first?.id,
    });
  });

  test("that the hook finds not applied is executed for a blind repeat, as the next attempt of its twin", async () => {
    const server = await serve({ pay: recovering }, { reconcile: () => ({ found: "not_applied" }) });
    await server.call("pay", order, id("toolu_1"));
    alive = true;
    expect((await server.call("pay", order, id("toolu_2"))).isError).toBe(false);
    const [first, second] = server.rows();
    expect(second).toMatchObject({ outcome: "ok", operationId: first?.operationId });
    expect((await server.call("pay", order, id("toolu_1"))).text).toContain("Nothing was executed again");
  });

  test("stays unknown where the hook fails", async () => {
    const server = await serve({ pay: dead }, { reconcile: () => Promise.reject(new Error("bank is away")) });
    await server.call("pay", order, id("toolu_1"));
    expect((await server.call("pay", order, id("toolu_1"))).told).toMatchObject({ retry: "verify" });
    expect(diagnostics).toContainEqual(expect.objectContaining({ code: "hook_failed" }));
    expect(bank).toHaveLength(1);
  });
});

describe("what is kept of a result", () => {
  const big = "x".repeat(65_536);
  test.each([
    ["without an output schema", undefined],
    ["with an output schema", z.object({ body: z.string() })],
  ] as const)(
    "%s, one that is too large is told as done, with the tool that shows the state, and the client does not throw",
    async (_name, output) => {
      const large: TestTool = {
        input: paid,
        ...(output ? { output } : {}),
        run: () => {
          bank.push({ order: 1, key: null });
          return output ? { ...text("x"), structuredContent: { body: big } } : text(big);
        },
      };
      const server = await serve({ pay: large }, { readBackWith: "get_payment" }, { kind: "v1" });
      await server.client.listTools();
      expect((await server.call("pay", order, id("toolu_1"))).isError).toBe(false);
      const answer = await server.call("pay", order, id("toolu_1"));
      expect(answer.text).toMatch(/already done at .*get_payment/s);
      expect(answer.told).toMatchObject({ code: "already_done", retry: "none", effect: "applied" });
      expect(bank).toHaveLength(1);
    },
  );

  test("a replay of structured content says so inside of it where the schema leaves room, and the client validates it", async () => {
    for (const output of [z.object({ n: z.number() }), z.looseObject({ n: z.number() })]) {
      const structured: TestTool = { input: paid, output, run: () => ({ ...text("1"), structuredContent: { n: 1 } }) };
      const server = await serve({ pay: structured }, true, { kind: "v1" });
      await server.client.listTools();
      const key = randomUUID();
      await server.call("pay", order, keyed(key));
      const replay = await server.call("pay", order, keyed(key));
      expect(replay.structuredContent).toMatchObject({ n: 1 });
      expect(replay.meta["tachograph/replay"]).toBeDefined();
      const told = JSON.stringify(replay.structuredContent) + replay.text;
      expect(told).toContain("Nothing was executed again");
    }
  });

  test("nothing, where the author says so", async () => {
    const server = await serve({ pay }, { storeResult: "none" });
    await server.call("pay", order, id("toolu_1"));
    const answer = await server.call("pay", order, id("toolu_1"));
    expect(answer.told).toMatchObject({ code: "already_done" });
    expect(answer.text).not.toContain("number 1");
  });

  test("an error on a tool with an output schema does not make a v1 client throw after tools/list", async () => {
    const failing: TestTool = {
      input: paid,
      output: z.object({ n: z.number() }),
      run: () => {
        throw terminal("closed");
      },
    };
    const server = await serve({ pay: failing }, true, { kind: "v1" });
    await server.client.listTools();
    for (const _ of [1, 2]) expect((await server.call("pay", order, id("toolu_1"))).isError).toBe(true);
  });
});

describe("arguments that are one and the same", () => {
  const any: TestTool = { ...pay, input: z.looseObject({}) };
  test.each([
    ["in another order of keys", { a: 1, b: 2 }, { b: 2, a: 1 }],
    ["with 1 and 1.0", { a: 1 }, JSON.parse('{"a":1.0}')],
    ["with 0 and -0", { a: 0 }, { a: -0 }],
    ["with 1e21 spelled out", { a: 1e21 }, JSON.parse('{"a":1000000000000000000000}')],
    ["with a key given twice", { a: 2 }, JSON.parse('{"a":1,"a":2}')],
  ])("%s", async (_name, one, other) => {
    const server = await serve({ pay: any });
    await server.call("pay", one, keyed("k"));
    expect((await server.call("pay", other, keyed("k"))).isError).toBe(false);
    expect(server.row().outcome).toBe("duplicate_replayed");
  });

  test.each([
    ["NFC and NFD", { a: "\u00e9" }, { a: "e\u0301" }],
    ["1 and the text 1", { a: 1 }, { a: "1" }],
    ["a and A", { a: 1 }, { A: 1 }],
    ["an absent member and null", {}, { a: null }],
    ["an own __proto__", {}, JSON.parse('{"__proto__":{"a":1}}')],
  ])("are not: %s", async (_name, one, other) => {
    const server = await serve({ pay: any });
    await server.call("pay", one, keyed("k"));
    await server.call("pay", other, keyed("k"));
    expect(server.row().outcome).toBe("key_conflict");
  });

  test.each([
    [
      "20,000 levels deep",
      () => {
        let value: unknown = 1;
        for (let level = 0; level < 20_000; level++) value = [value];
        return { a: value };
      },
    ],
    ["longer than 1 MiB", () => ({ a: "x".repeat(1_100_000) })],
    ["a BigInt", () => ({ a: 10n })],
  ])("%s are refused as invalid input, also where nothing else validates", async (_name, make) => {
    const server = await serve({ pay: any }, true, { options: { defaults: { validate: false } } });
    const answer = await server.call("pay", make(), keyed("k"));
    expect(answer.told).toMatchObject({ retry: "correctable", effect: "none" });
    expect(server.row()).toMatchObject({ outcome: "invalid_input" });
    expect(bank).toEqual([]);
  });
});

test("a request for input lets go of the operation, and both legs together execute once", async () => {
  const asks: TestTool = {
    input: paid,
    run: (args, extra) => {
      const { inputResponses } = (extra as { mcpReq: { inputResponses?: unknown } }).mcpReq;
      if (inputResponses !== undefined) return pay.run(args, extra);
      return inputRequired({
        inputRequests: {
          ok: inputRequired.elicit({ message: "Really?", requestedSchema: { type: "object", properties: {} } }),
        },
      });
    },
  };
  const { serveModern } = await import("../testing-modern.ts");
  const modern = await serveModern(
    { pay: asks },
    { ledger, tools: { pay: { once: { key: (args) => String(args["order"]) } } } },
  );
  const leg = async (more: object): Promise<Record<string, unknown>> => modern.call("pay", order, more);
  expect(await leg({})).toMatchObject({ resultType: "input_required" });
  const answers = { inputResponses: { ok: { action: "accept", content: {} } } };
  expect(JSON.stringify(await leg(answers))).toContain("paid A-1 as number 1");
  expect(JSON.stringify(await leg(answers))).toContain("Nothing was executed again");
  expect(JSON.stringify(await leg({}))).toContain("Nothing was executed again");
  expect(bank).toHaveLength(1);
  expect(modern.rows().map(({ outcome }) => outcome)).toEqual([
    "input_required",
    "ok",
    "duplicate_replayed",
    "duplicate_replayed",
  ]);
  await modern.close();
});

describe("when the ledger is away", () => {
  test("at the claim a changing call is refused and its handler not entered; a read runs", async () => {
    const find: TestTool = { annotations: { readOnlyHint: true }, run: () => text("found") };
    const away = openLedger({ url: "postgres://nobody@127.0.0.1:1/none" });
    const server = await serve({ pay }, true, { options: { ledger: away, tools: { pay: { once: true } } } });
    const answer = await server.call("pay", order, id("toolu_1"));
    expect(answer.told).toMatchObject({ code: "audit_unavailable", retry: "retryable", effect: "none" });
    expect(server.entered).toEqual([]);
    expect(server.row()).toMatchObject({ outcome: "audit_unavailable", effect: "none" });
    const reading = await serveEnforced(
      "v2",
      { find },
      { ledger: away, defaults: { once: true }, onDiagnostic: () => undefined },
    );
    expect((await reading.call("find")).text).toBe("found");
    await reading.close();
    await away.close();
  });

  test("at the end the real result is returned, and the operation is settled when the ledger is back", async () => {
    const { startCuttable } = await import("../testing-cuttable.ts");
    const proxy = await startCuttable(database.url);
    const through = openLedger({ url: proxy.url, claimBudgetMs: 15_000 });
    const cutting: TestTool = {
      ...pay,
      run: async (args, extra) => {
        await proxy.cut();
        return pay.run(args, extra);
      },
    };
    const server = await serve({ pay: cutting }, true, {
      options: { ledger: through, tools: { pay: { once: true } } },
    });
    expect((await server.call("pay", order, id("toolu_1"))).text).toBe("paid A-1 as number 1");
    expect(server.row()).toMatchObject({ outcome: "ok", effect: "applied" });
    expect(await operation(server)).toMatchObject({ state: "in_flight" });
    expect(diagnostics).toContainEqual(expect.objectContaining({ code: "settle_failed" }));
    await proxy.mend();
    await expect.poll(async () => (await operation(server)).state, { timeout: 15_000 }).toBe("completed");
    expect(bank).toHaveLength(1);
    await through.close();
    await proxy.close();
  });
});

test("a server with another fingerprint key would not know the others' operations: its changing calls are refused", async () => {
  const server = await serve();
  await server.call("pay", order, id("toolu_1"));
  const other = await serve({ pay }, true, { options: { fingerprintKey: "another key for tests, 32 bytes...." } });
  expect((await other.call("pay", order, id("toolu_1"))).told.code).toBe("audit_unavailable");
  expect(diagnostics).toContainEqual(expect.objectContaining({ code: "fingerprint_key_mismatch" }));
  expect(bank).toHaveLength(1);
});
