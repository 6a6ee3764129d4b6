import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseSearch, splitSearch } from "./parse-search.ts";
import type { SearchField } from "./search-field.ts";

const fields: readonly SearchField[] = [
  {
    name: "outcome",
    about: "how it ended",
    values: ["ok", "denied", "timeout", "rate_limited"],
    groups: { refused: ["denied", "rate_limited"] },
  },
  { name: "tool", about: "its name" },
  { name: "server", about: "its name" },
];

test("fields become terms and the rest is text", () => {
  expect(parseSearch("outcome:denied tool:refund_order timed out", fields)).toEqual({
    terms: { outcome: ["denied"], tool: ["refund_order"] },
    text: "timed out",
    faults: [],
  });
});

test("several values of one field are alternatives, each once", () => {
  expect(parseSearch("outcome:denied outcome:ok outcome:denied", fields).terms).toEqual({ outcome: ["denied", "ok"] });
});

test("a group stands for its members", () => {
  expect(parseSearch("outcome:refused outcome:denied", fields).terms).toEqual({ outcome: ["denied", "rate_limited"] });
});

test("a value with spaces goes in quotes, and so does text that looks like a field", () => {
  expect(parseSearch('server:"my orders" "no answer" "code:7"', fields)).toEqual({
    terms: { server: ["my orders"] },
    text: "no answer code:7",
    faults: [],
  });
});

test("names of fields and of closed values are read in any case", () => {
  expect(parseSearch("Outcome:DENIED tool:MyTool", fields).terms).toEqual({ outcome: ["denied"], tool: ["MyTool"] });
});

test("an address, a time and an id are text", () => {
  const text = "https://bank.example/x 12:30 01a20aa2-d3df-7efd-8a17-000000000000";
  expect(parseSearch(text, fields)).toEqual({ terms: {}, text, faults: [] });
});

test("an unknown value is pointed at, with what there is and what may have been meant", () => {
  expect(parseSearch("tool:x outcome:refusd", fields).faults).toEqual([
    {
      start: 7,
      end: 21,
      message: '"refusd" is no outcome.',
      instead: ["outcome:refused"],
    },
  ]);
  expect(parseSearch("outcome:xylophone", fields).faults[0]?.message).toBe(
    '"xylophone" is no outcome. There are: ok, denied, timeout, rate_limited, refused.',
  );
});

test("an unknown field is pointed at, and can be searched for as text", () => {
  expect(parseSearch("tol:refund", fields).faults).toEqual([
    {
      start: 0,
      end: 10,
      message: 'There is no field "tol". In quotes it is searched for as text.',
      instead: ["tool:refund", '"tol:refund"'],
    },
  ]);
});

test("a field without a value and a quote without an end are pointed at", () => {
  expect(
    parseSearch('outcome: tool:"my', fields).faults.map(({ start, end, message }) => [start, end, message]),
  ).toEqual([
    [0, 8, "outcome: what? A value is missing."],
    [9, 17, "This quote is never closed."],
  ]);
});

test("names that every object has are no fields", () => {
  expect(parseSearch("constructor:x __proto__:x", fields)).toMatchObject({
    terms: {},
    text: "__proto__:x",
    faults: [{ start: 0, end: 13 }],
  });
  expect(parseSearch("outcome:constructor", fields).faults).toHaveLength(1);
});

test("nothing searches for nothing", () => {
  expect(parseSearch("   ", fields)).toEqual({ terms: {}, text: undefined, faults: [] });
});

test("every stretch of any text is read once, and what is offered instead has no fault of its own", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", "b", ":", '"', " ", "\t", "to", "_", "/", "ö", "x"), maxLength: 40 }),
      (text) => {
        const tokens = splitSearch(text);
        let end = 0;
        for (const part of tokens) {
          expect(text.slice(end, part.start).trim()).toBe("");
          end = part.end;
        }
        expect(text.slice(end).trim()).toBe("");
        for (const { message, instead } of parseSearch(text, fields).faults) {
          const left = instead.flatMap((better) => parseSearch(better, fields).faults);
          expect(left.filter((fault) => fault.message === message)).toEqual([]);
        }
      },
    ),
  );
});
