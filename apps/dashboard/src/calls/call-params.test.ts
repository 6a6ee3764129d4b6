import { expect, test } from "vitest";
import { parseSearch } from "../search/parse-search.ts";
import { callQuery, filtersOf, hasFilter, loadCallParams } from "./call-params.ts";
import { withoutFilter, withSearch } from "../search/filters.ts";
import { callSearchFields } from "./call-search-fields.ts";

const inForce = loadCallParams({ outcome: "ok", session: "s-1" });
const searched = (text: string) => withSearch(inForce, parseSearch(text, callSearchFields));

test("a search adds to the filters in force", () => {
  expect(searched("outcome:denied outcome:ok tool:refund_order timed out")).toEqual({
    outcome: ["ok", "denied"],
    tool: ["refund_order"],
    q: "timed out",
  });
});

test("where there can be one value only, the last one counts", () => {
  expect(searched("session:s-2 session:s-3 rule:goodwill_limit")).toEqual({ session: "s-3", rule: "goodwill_limit" });
});

test("a family of outcomes stands for its outcomes", () => {
  expect(searched("outcome:uncertain").outcome).toEqual(["ok", "timeout", "cancelled", "indeterminate"]);
});

test("every field of the search is a parameter of the URL", () => {
  for (const { name } of callSearchFields) expect(Object.keys(inForce)).toContain(name);
});

test("an address says the same to whoever opens it", () => {
  const params = { ...inForce, ...searched('tool:"a, b&c" principal:ann rule:x é☃') };
  expect(loadCallParams(new URLSearchParams(callQuery(params)))).toEqual(params);
});

test("an address that asks for an outcome that there is not asks for none", () => {
  expect(hasFilter(loadCallParams({ outcome: "exploded" }))).toBe(false);
});

test("filters go one by one", () => {
  const params = loadCallParams({ tool: "a,b", q: "x" });
  expect(filtersOf(params)).toEqual([
    { name: "tool", value: "a" },
    { name: "tool", value: "b" },
    { name: "q", value: "x" },
  ]);
  expect(withoutFilter(params, { name: "tool", value: "a" })).toEqual({ tool: ["b"] });
  expect(withoutFilter(params, { name: "q", value: "x" })).toEqual({ q: null });
});
