import { expect, test } from "vitest";
import { placesFor } from "./places.ts";

const at = { project: "shop", query: "?project=shop&range=7d" };
const hrefs = (text: string): string[] => placesFor(text, at).map(({ href }) => href);

test("an id leads to its call, which may as well be a session's", () => {
  const id = "01a20aa2-d3df-7efd-8a17-000000000000";
  expect(hrefs(` ${id} `)).toEqual([
    `/calls/${id}?project=shop`,
    `/sessions/${id}?project=shop`,
    `/calls?q=${id}&project=shop&range=7d`,
  ]);
});

test("a long hex text may be an operation", () => {
  const id = "3f".repeat(32);
  expect(hrefs(id)[0]).toBe(`/calls?operation=${id}&project=shop&range=7d`);
});

test("any text can be searched for, whatever is in it", () => {
  expect(hrefs("no & answer?")).toEqual(["/calls?q=no+%26+answer%3F&project=shop&range=7d"]);
  expect(hrefs("  ")).toEqual([]);
});
