import canonicalize from "canonicalize";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson, CanonicalJsonError } from "./canonical-json.ts";

const codeOf = (value: unknown, limits = {}): string => {
  try {
    return `no error: ${canonicalJson(value, limits).slice(0, 100)}`;
  } catch (error) {
    return error instanceof CanonicalJsonError ? error.code : `another error: ${String(error)}`;
  }
};
const nested = (levels: number): unknown => {
  let value: unknown = [];
  for (let level = 1; level < levels; level++) value = [value];
  return value;
};

describe("RFC 8785", () => {
  test("the example of section 3.2.2", () => {
    const input: unknown = JSON.parse(String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`);
    expect(canonicalJson(input)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  test("members sort by UTF-16 code units (section 3.2.3)", () => {
    const input: unknown = JSON.parse(String.raw`{
      "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"
    }`);
    expect(Object.values(JSON.parse(canonicalJson(input)) as object)[0]).toBe("One");
    expect([...canonicalJson(input).matchAll(/:"([^"]+)"/g)].map(([, text]) => text)).toEqual([
      "Carriage Return",
      "One",
      "Control",
      "Latin Small Letter O With Diaeresis",
      "Euro Sign",
      "Emoji: Grinning Face",
      "Hebrew Letter Dalet With Dagesh",
    ]);
  });

  test.each([
    ["0000000000000000", "0"],
    ["8000000000000000", "0"],
    ["0000000000000001", "5e-324"],
    ["8000000000000001", "-5e-324"],
    ["7fefffffffffffff", "1.7976931348623157e+308"],
    ["ffefffffffffffff", "-1.7976931348623157e+308"],
    ["4340000000000000", "9007199254740992"],
    ["c340000000000000", "-9007199254740992"],
    ["4430000000000000", "295147905179352830000"],
    ["44b52d02c7e14af5", "9.999999999999997e+22"],
    ["44b52d02c7e14af6", "1e+23"],
    ["44b52d02c7e14af7", "1.0000000000000001e+23"],
    ["444b1ae4d6e2ef4e", "999999999999999700000"],
    ["444b1ae4d6e2ef4f", "999999999999999900000"],
    ["444b1ae4d6e2ef50", "1e+21"],
    ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
    ["3eb0c6f7a0b5ed8d", "0.000001"],
    ["41b3de4355555553", "333333333.3333332"],
    ["41b3de4355555557", "333333333.33333343"],
    ["becbf647612f3696", "-0.0000033333333333333333"],
    ["43143ff3c1cb0959", "1424953923781206.2"],
  ])("the number with the bits %s is written %s (appendix B)", (bits, text) => {
    expect(canonicalJson(Buffer.from(bits, "hex").readDoubleBE())).toBe(text);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    "%s is rejected (appendix B)",
    (number) => {
      expect(codeOf({ number })).toBe("not_json");
    },
  );

  test("any JSON value is written as an independent implementation writes it", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        expect(canonicalJson(value)).toBe(canonicalize(value));
      }),
    );
  });

  test("the text means the value, and is a fixed point", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });
});

describe("what counts as equal", () => {
  test.each<[string, unknown, unknown]>([
    ["the order of members", JSON.parse('{"b":1,"a":2}'), JSON.parse('{"a":2,"b":1}')],
    ["1 and 1.0", JSON.parse("1"), JSON.parse("1.0")],
    ["0 and -0", 0, -0],
    ["1e21 and its digits", 1e21, JSON.parse("1000000000000000000000")],
    ["2^53 and 2^53 + 1, which no JSON number of ours can tell apart", 2 ** 53, JSON.parse("9007199254740993")],
    ["a member that is undefined and none", { a: 1, b: undefined }, { a: 1 }],
  ])("%s", (_name, one, other) => expect(canonicalJson(one)).toBe(canonicalJson(other)));

  test.each<[string, unknown, unknown]>([
    ["{a} and {A}", { a: 1 }, { A: 1 }],
    ["composed and decomposed letters", "\u00e9", "e\u0301"],
    ["1 and '1'", 1, "1"],
    ["null and no member", { a: null }, {}],
    ["[] and {}", [], {}],
    ["the order of items", [1, 2], [2, 1]],
    ["a member named __proto__ and none", JSON.parse('{"__proto__":{"x":1}}'), {}],
  ])("but not %s", (_name, one, other) => expect(canonicalJson(one)).not.toBe(canonicalJson(other)));

  test("a member named __proto__ is an ordinary member", () => {
    expect(canonicalJson(JSON.parse('{"z":1,"__proto__":{"x":1}}'))).toBe('{"__proto__":{"x":1},"z":1}');
  });
});

describe("what has no canonical form", () => {
  test.each<[string, unknown]>([
    ["a bigint", 1n],
    ["undefined", undefined],
    ["undefined in an array", [undefined]],
    ["a function", { f: () => 1 }],
    ["a symbol", Symbol("s")],
  ])("%s", (_name, value) => expect(codeOf(value)).toBe("not_json"));

  test.each(["\ud800", "a\udc00b", "\udc00\ud800"])("a lone surrogate, in a value or a name (%j)", (text) => {
    expect(codeOf(text)).toBe("lone_surrogate");
    expect(codeOf({ [text]: 1 })).toBe("lone_surrogate");
  });

  test("64 levels are written, 65 are not, and 10,000 do not exhaust the stack", () => {
    expect(canonicalJson(nested(64))).toBe("[".repeat(64) + "]".repeat(64));
    expect(codeOf(nested(65))).toBe("too_deep");
    expect(codeOf(nested(10_000))).toBe("too_deep");
    expect(codeOf(JSON.parse(`${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}`))).toBe("too_deep");
  });

  test("a value that contains itself", () => {
    const value: unknown[] = [];
    value.push(value);
    expect(codeOf(value)).toBe("too_deep");
  });

  test("a text over the limit, exactly, whatever it is made of", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const { length } = canonicalJson(value);
        expect(canonicalJson(value, { maxLength: length })).toHaveLength(length);
        expect(codeOf(value, { maxLength: length - 1 })).toBe("too_large");
      }),
    );
    expect(codeOf("a".repeat(1_048_577))).toBe("too_large");
    expect(codeOf(Array.from({ length: 700_000 }, () => ({})))).toBe("too_large");
  });
});
