import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toLinearPattern } from "./linear-pattern.ts";
import { BacktrackingPattern, linearPattern } from "./pattern.ts";

describe("a pattern in linear time", () => {
  test.each([
    ["^\\d{4}-\\d\\d-\\d\\d$", "2026-06-06", "2026-06-06\n"],
    ["^[\\w.+-]+@[a-z]+\\.com$", "a.b+c@example.com", "a@b.org"],
    ["^(?:EUR|USD)$", "EUR", "EURO"],
    ["(?<year>\\d+)", "in 2026", "in June"],
    ["^.$", "x", "\u2028"],
    ["^.$", "😀", "\r"],
    ["^\\s$", "\u00a0", "x"],
    ["^\\S$", "x", "\ufeff"],
    ["^[\\s,]$", "\u3000", "x"],
    ["^\\u{1F600}$", "😀", "x"],
    ["^\\uD83D\\uDE00$", "😀", "x"],
    ["^\\u0041\\x42$", "AB", "ab"],
    ["^[\\b]$", "\b", "b"],
    ["^\\p{Lu}$", "Ä", "ä"],
    ["^[^\\d]$", "x", "5"],
    ["^[[&&a]$", "[", "b"],
    ["^\\/a\\-b$", "/a-b", "a-b"],
    ["^\\v\\0$", "\v\0", "v0"],
    ["\\bcat\\b", "a cat", "concat"],
    ["a{2,3}?", "aa", "a"],
  ])("%s finds what a RegExp finds", (source, found, not) => {
    const pattern = linearPattern(source);
    const regExp = new RegExp(source, /\[\[|\\-/.test(source) ? "" : "u");
    expect(regExp.test(found) && !regExp.test(not)).toBe(true);
    expect(pattern?.test(found)).toBe(true);
    expect(pattern?.test(not)).toBe(false);
  });

  test.each([
    "(?=a)b",
    "(?!a)b",
    "(?<=a)b",
    "(?<!a)b",
    "(a)\\1",
    "(?<x>a)\\k<x>",
    "[^]",
    "[]",
    "[\\S]",
    "\\cA",
    "\\ud800",
    "\\p{Script=Greek}",
    "(?i:a)",
    "\\A",
    "a\\",
    "[a",
  ])("%s has none", (source) => expect(toLinearPattern(source)).toBeUndefined());

  test("is none where RE2 has a limit or the pattern is none", () => {
    for (const source of ["a{1001}", "(a", "a**", "[z-a]"]) expect(linearPattern(source)).toBeUndefined();
  });

  test("agrees with RegExp on whatever patterns and texts there are", () => {
    const atom = fc.constantFrom(
      "a",
      "b",
      "\\d",
      "\\w",
      "\\s",
      ".",
      "[ab]",
      "[^a]",
      "[a-c\\d]",
      "[\\s-]",
      "\\.",
      "\\u00e4",
      "ä",
      "😀",
      "\\b",
      "\\B",
      "^",
      "$",
      "\\W",
      "\\D",
      "[\\W]",
      "\\n",
      "-",
      "/",
    );
    const { pattern } = fc.letrec<{ pattern: string; sequence: string; quantified: string }>((tie) => ({
      quantified: fc
        .tuple(
          fc.oneof(
            { weight: 4, arbitrary: atom },
            { weight: 1, arbitrary: tie("pattern").map((inner) => `(?:${inner})`) },
          ),
          fc.constantFrom("", "", "", "*", "+", "?", "{2}", "{1,2}", "{0,}", "+?"),
        )
        // An assertion cannot be counted under the flag `u`.
        .map(([part, count]) => (/^(?:\^|\$|\\b|\\B)$/i.test(part) ? part : part + count)),
      sequence: fc.array(tie("quantified"), { maxLength: 4 }).map((parts) => parts.join("")),
      pattern: fc.array(tie("sequence"), { minLength: 1, maxLength: 2 }).map((parts) => parts.join("|")),
    }));
    const text = fc.string({
      unit: fc.constantFrom(...Array.from("ab1_ -./äÄ😀\n\r\t\u2028\u00a0\u200b")),
      maxLength: 6,
    });
    fc.assert(
      fc.property(pattern, text, (source, subject) => {
        const linear = linearPattern(source);
        fc.pre(linear !== undefined);
        expect(linear.test(subject)).toBe(isFound(new RegExp(source, "uy"), subject));
      }),
      { numRuns: 3_000, examples: [["\\B", "a😀a"]] },
    );
  });
});

/** From one code point to the next, as the standard has it: V8 also looks between the halves of one, where `\B` is. */
function isFound(sticky: RegExp, text: string): boolean {
  let start = 0;
  for (const point of Array.from(text).concat("")) {
    sticky.lastIndex = start;
    if (sticky.test(text)) return true;
    start += point.length;
  }
  return false;
}

test("a pattern that only an older syntax knows is taken in that", () => {
  expect(new BacktrackingPattern("^[\\w-.]+$").test("a-b.c")).toBe(true);
  expect(() => new BacktrackingPattern("(")).toThrow(SyntaxError);
});
