import { expect, test } from "vitest";
import { parseSearch } from "./search-grammar.ts";

const none = {
  outcome: [],
  effect: [],
  kind: [],
  retry: [],
  server: [],
  tool: [],
  principal: null,
  session: null,
  error: null,
  rule: null,
  operation: null,
  q: null,
};

test("fields become filters and the rest is searched for", () => {
  expect(parseSearch("outcome:denied tool:refund_order principal:ann timed out", none)).toEqual({
    outcome: ["denied"],
    tool: ["refund_order"],
    principal: "ann",
    q: "timed out",
  });
});

test("a rule and an operation are searched for by their ids", () => {
  expect(parseSearch("rule:goodwill_limit operation:3f9a", none)).toEqual({
    rule: "goodwill_limit",
    operation: "3f9a",
  });
});

test("several values of one field are alternatives, added to those in force", () => {
  expect(parseSearch("outcome:denied outcome:held outcome:denied", { ...none, outcome: ["ok"] })).toEqual({
    outcome: ["ok", "denied", "held"],
  });
});

test("a value with spaces goes in quotes", () => {
  expect(parseSearch('server:"my orders" "no answer"', none)).toEqual({ server: ["my orders"], q: "no answer" });
});

test("what is no field, or no value of its set, is text", () => {
  expect(parseSearch("outcome:exploded __proto__:x http://a.b", none)).toEqual({
    q: "outcome:exploded __proto__:x http://a.b",
  });
});

test("nothing searches for nothing", () => {
  expect(parseSearch("   ", none)).toEqual({});
});
