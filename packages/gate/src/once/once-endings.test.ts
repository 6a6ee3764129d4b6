import { setTimeout as sleep } from "node:timers/promises";
import { openLedger } from "@tachograph/ledger";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { retryable, terminal } from "../errors/tool-error.ts";
import { serveEnforced, type TestTool } from "../testing-enforced.ts";
import { text } from "../testing-gate.ts";
import { bank, database, diagnostics, id, keyed, ledger, operation, order, paid, pay, serve } from "./testing-bank.ts";

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
