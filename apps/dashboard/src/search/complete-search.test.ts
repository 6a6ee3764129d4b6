import { expect, test } from "vitest";
import { complete, completionAt, fitting } from "./complete-search.ts";
import { parseSearch } from "./parse-search.ts";
import type { SearchField } from "./search-field.ts";

const fields: readonly SearchField[] = [
  { name: "outcome", about: "how it ended", values: ["ok", "denied", "duplicate_replayed"] },
  { name: "tool", about: "its name" },
];

/** `|` is the caret. */
const at = (marked: string) => {
  const caret = marked.indexOf("|");
  const text = marked.replace("|", "");
  return { text, completion: completionAt(text, caret, fields) };
};

test.each([
  ["|", undefined, ""],
  ["ou|", undefined, "ou"],
  ["tool:x |", undefined, ""],
  ["outcome:|", "outcome", ""],
  ["outcome:den|", "outcome", "den"],
  ["tool:x outcome:d| text", "outcome", "d"],
  ['tool:"my t|', "tool", "my t"],
])("with the caret in %s there is a completion of %s from %j", (marked, field, prefix) => {
  expect(at(marked).completion).toMatchObject({ prefix });
  expect(at(marked).completion?.field?.name).toBe(field);
});

test.each(["time-out|", "12:3|", "nofield:x|", "out|come:ok"])("there is none in %s", (marked) => {
  const { completion } = at(marked);
  expect(completion === undefined || completion.field === undefined).toBe(true);
  if (!marked.startsWith("out")) expect(completion).toBeUndefined();
});

test("what is chosen takes the place of what was typed, and can be searched for", () => {
  const { text, completion } = at("tool:ref| outcome:ok");
  if (completion === undefined) throw new Error("no completion");
  const done = complete(text, completion, "refund order");
  expect(done).toEqual({ text: 'tool:"refund order" outcome:ok', caret: 20 });
  expect(parseSearch(done.text, fields).terms).toEqual({ tool: ["refund order"], outcome: ["ok"] });
});

test("a field is completed with its colon", () => {
  const { text, completion } = at("ou|");
  if (completion === undefined) throw new Error("no completion");
  expect(complete(text, completion, "outcome")).toEqual({ text: "outcome:", caret: 8 });
});

test("members that begin with what is typed come first", () => {
  expect(fitting(["not_ok", "ok", "denied"], "OK")).toEqual(["ok", "not_ok"]);
});
