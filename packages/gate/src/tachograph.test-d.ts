// Compiled, never run: the server that comes back has the types that went in.
import { Server as LowLevelServerV1 } from "@modelcontextprotocol/sdk/server/index.js";
import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { McpServer as McpServerV2, Server as LowLevelServerV2 } from "@modelcontextprotocol/server";
import { expectTypeOf } from "vitest";
import { z } from "zod";
import * as z3 from "zod/v3";
import { tachograph } from "./tachograph.ts";

const info = { name: "weather", version: "1.0.0" };
const sunny = { content: [{ type: "text" as const, text: "Sunny" }] };

expectTypeOf(tachograph(new McpServerV1(info))).toEqualTypeOf<McpServerV1>();
expectTypeOf(tachograph(new McpServerV2(info))).toEqualTypeOf<McpServerV2>();
expectTypeOf(tachograph(new LowLevelServerV1(info))).toEqualTypeOf<LowLevelServerV1>();
expectTypeOf(tachograph(new LowLevelServerV2(info))).toEqualTypeOf<LowLevelServerV2>();

const forNumbers = ({ city }: { city: number }) => ({ content: [{ type: "text" as const, text: city.toFixed() }] });
const noBlocks = () => ({ content: "Sunny" });

const v1 = tachograph(new McpServerV1(info));
v1.registerTool("raw_shape", { inputSchema: { city: z.string(), days: z.number().optional() } }, (args) => {
  expectTypeOf(args.city).toEqualTypeOf<string>();
  expectTypeOf(args.days).toEqualTypeOf<number | undefined>();
  return sunny;
});
v1.registerTool("zod_object", { inputSchema: z.object({ city: z.string() }) }, (args) => {
  expectTypeOf(args).toEqualTypeOf<{ city: string }>();
  return sunny;
});
const rawShape = { inputSchema: { city: z.string() } };
// @ts-expect-error a string is no number
v1.registerTool("wrong_arguments", rawShape, forNumbers);
// @ts-expect-error a tool answers with content blocks
v1.registerTool("wrong_result", rawShape, noBlocks);

const v2 = tachograph(new McpServerV2(info));
v2.registerTool("zod_object", { inputSchema: z.object({ city: z.string() }) }, (args) => {
  expectTypeOf(args).toEqualTypeOf<{ city: string }>();
  return sunny;
});
const zodObject = { inputSchema: z.object({ city: z.string() }) };
// @ts-expect-error a string is no number
v2.registerTool("wrong_arguments", zodObject, forNumbers);
// @ts-expect-error a tool answers with content blocks
v2.registerTool("wrong_result", zodObject, noBlocks);

// @ts-expect-error a transport is no server
tachograph({ start: async () => undefined });
// @ts-expect-error an option that does not exist
tachograph(new McpServerV2(info), { projct: "shop" });
// @ts-expect-error mutability is a closed set
tachograph(new McpServerV2(info), { tools: { forecast: { mutability: "reads" } } });

const refund = z.object({ orderId: z.string(), amountCents: z.number() });
tachograph(new McpServerV2(info), {
  tools: {
    refund: {
      input: refund,
      rules: {
        small: ({ args }) => {
          expectTypeOf(args).toEqualTypeOf<{ orderId: string; amountCents: number }>();
          return args.amountCents < 500;
        },
      },
      once: {
        key: (args) => args.orderId,
        reconcile: ({ args }) => ({ found: args.amountCents > 0 ? "unknown" : "not_applied" }),
      },
    },
    older: { input: z3.object({ name: z3.string() }), rules: { short: ({ args }) => args.name.length < 9 } },
    untyped: { rules: { any: ({ args }) => args["anything"] === true } },
  },
});
const misread = {
  refund: { input: refund, rules: { wrong: ({ args }: { args: { nothing: string } }) => args.nothing === "" } },
};
// @ts-expect-error a rule that reads what the schema does not have
tachograph(new McpServerV2(info), { tools: misread });
// @ts-expect-error a retry class is a closed set
tachograph(new McpServerV2(info), { tools: { refund: { errors: [{ match: "E", retry: "maybe" }] } } });
