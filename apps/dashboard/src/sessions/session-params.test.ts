import { expect, test } from "vitest";
import { parseSearch } from "../search/parse-search.ts";
import { loadSessionParams, sessionSearchFields } from "./session-params.ts";
import { withSearch } from "../search/filters.ts";

const searched = (query: string, text: string) => {
  const params = loadSessionParams(new URLSearchParams(query));
  return withSearch(params, parseSearch(text, sessionSearchFields));
};

test("a search adds to the filters of the screen", () => {
  expect(searched("client=vscode", "client:claude-code principal:ann only:denials stuck")).toEqual({
    client: ["vscode", "claude-code"],
    principal: ["ann"],
    only: ["denials"],
    q: "stuck",
  });
  expect(searched("", "only:double_writes")).toEqual({ only: ["repeats"] });
});

test("an unknown field or signal is pointed at", () => {
  const { faults } = parseSearch("user:ann only:denial", sessionSearchFields);
  expect(faults).toMatchObject([
    { start: 0, end: 8, message: 'There is no field "user". In quotes it is searched for as text.' },
    { start: 9, end: 20, instead: ["only:denials"] },
  ]);
});

test("what stands in the URL and is no signal is left out", () => {
  expect(loadSessionParams(new URLSearchParams("only=denials,password&sort=drop")).only).not.toContain("password");
});
