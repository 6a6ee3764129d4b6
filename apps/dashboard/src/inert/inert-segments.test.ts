import { describe, expect, test } from "vitest";
import { cutText, inertString, splitInert } from "./inert-segments.ts";

describe("text from outside", () => {
  test("is left alone where every character can be seen", () => {
    const text = "refund order №7: 3 × 12,50 €\n\tdone ✓ 日本語 עברית 👍🏽";
    expect(splitInert(text)).toEqual([{ kind: "text", text }]);
  });

  test.each([
    ["NUL", "a\0b", "a⟨NUL⟩b"],
    ["escape sequences", "\u001b[31mred\u001b[0m", "⟨ESC⟩[31mred⟨ESC⟩[0m"],
    ["a right-to-left override", "invoice\u202etxt.exe", "invoice⟨RLO⟩txt.exe"],
    ["bidi isolates", "\u2066a\u2069", "⟨LRI⟩a⟨PDI⟩"],
    ["zero-width characters", "pass\u200bword\u200d\ufeff", "pass⟨ZWSP⟩word⟨ZWJ BOM⟩"],
    ["a lone surrogate", "x\ud800y", "x⟨U+D800⟩y"],
    ["tag characters that spell hidden ASCII", "ok\u{e0068}\u{e0069}", "ok⟨TAG h TAG i⟩"],
    ["a Hangul filler", "a\u3164b", "a⟨U+3164⟩b"],
    ["a line separator", "a\u2028b", "a⟨LS⟩b"],
    ["a carriage return that would overprint", "paid\rDENIED", "paid⟨CR⟩DENIED"],
  ])("has %s marked", (_, text, shown) => {
    expect(inertString(text)).toBe(shown);
  });

  test("has a long run of invisible characters marked once", () => {
    const segments = splitInert(`a${"\u200b".repeat(100_000)}b`);
    expect(segments).toHaveLength(3);
    expect(segments[1]).toEqual({ kind: "mark", label: "ZWSP×100000", title: "100000 invisible characters" });
  });

  test("has a mixed run cut, however it alternates", () => {
    const [mark] = splitInert("\u200b\u200c".repeat(5000));
    expect(mark).toMatchObject({ kind: "mark", label: "ZWSP ZWNJ ZWSP ZWNJ +9996" });
  });

  test("keeps a few combining marks and cuts a tower of them", () => {
    expect(inertString("e\u0301")).toBe("e\u0301");
    expect(splitInert(`Z${"\u0335".repeat(50)}`).at(-1)).toMatchObject({ kind: "mark", label: "U+0335×46" });
  });

  test("is split in linear time", () => {
    const startedAt = performance.now();
    splitInert("\u202e<b>".repeat(500_000));
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });
});

test("a cut never divides a character", () => {
  expect(cutText("ab👍", 3)).toBe("ab");
  expect(cutText("ab👍", 4)).toBe("ab👍");
});
