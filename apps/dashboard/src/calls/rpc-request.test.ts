import { expect, test } from "vitest";
import { rpcRequest } from "./rpc-request.ts";

test("a call comes out as the request that it was", () => {
  const text = rpcRequest({ tool: 'say "hi"', rpcId: '"a-7"' }, '{"to":"ann"}');
  expect(JSON.parse(text)).toEqual({
    jsonrpc: "2.0",
    id: "a-7",
    method: "tools/call",
    params: { name: 'say "hi"', arguments: { to: "ann" } },
  });
});

test("a number that JavaScript cannot hold stays as it was written", () => {
  expect(rpcRequest({ tool: "pay", rpcId: "3" }, '{"id":12345678901234567890}')).toContain("12345678901234567890");
});

test("a call without arguments or an id is a request all the same", () => {
  expect(JSON.parse(rpcRequest({ tool: "ping", rpcId: null }, null))).toEqual({
    jsonrpc: "2.0",
    id: 1,
    method: "tools/call",
    params: { name: "ping" },
  });
});
