import { beforeEach, describe, expect, test } from "vitest";
import { verify } from "../errors/tool-error.ts";
import { entriesIn } from "../failure-matrix/read-journal.ts";
import { type TestTool } from "../testing-enforced.ts";
import { text } from "../testing-gate.ts";
import { bank, diagnostics, id, order, pay, serve } from "./testing-bank.ts";

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
