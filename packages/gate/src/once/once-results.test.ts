import { randomUUID } from "node:crypto";
import { inputRequired } from "@modelcontextprotocol/server";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { terminal } from "../errors/tool-error.ts";
import { type TestTool } from "../testing-enforced.ts";
import { text } from "../testing-gate.ts";
import { bank, id, keyed, ledger, order, paid, pay, serve } from "./testing-bank.ts";

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
      const reads: TestTool = { input: paid, annotations: { readOnlyHint: true }, run: () => text("paid") };
      const options = { tools: { pay: { once: { readBackWith: "get_payment" } }, get_payment: {} } };
      const server = await serve({ pay: large, get_payment: reads }, true, { kind: "v1", options });
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
