import * as fc from "fast-check";
import { expect, test } from "vitest";
import { diffLines, type DiffLine } from "./line-diff.ts";

const textOf = (line: DiffLine): string[] =>
  line.kind === "folded"
    ? line.lines
    : line.kind === "same"
      ? [line.text]
      : [line.pieces.map(({ text }) => text).join("")];
const side = (lines: readonly DiffLine[], without: "removed" | "added"): string =>
  lines.flatMap((line) => (line.kind === without ? [] : textOf(line))).join("\n");

test("a changed line shows which of its words changed", () => {
  const { lines } = diffLines('{\n  "due": "06/06/2026"\n}', '{\n  "due": "2026-06-06"\n}');
  expect(lines.map(({ kind }) => kind)).toEqual(["same", "removed", "added", "same"]);
  const [, removed] = lines;
  expect(removed?.kind === "removed" && removed.pieces.filter(({ isChanged }) => isChanged).length > 0).toBe(true);
  expect(removed?.kind === "removed" && removed.pieces[0]).toEqual({
    text: expect.stringContaining('"due"'),
    isChanged: false,
  });
});

test("what stays the same far from a change is folded away", () => {
  const many = Array.from({ length: 30 }, (_, index) => `line ${index}`);
  const { lines } = diffLines(many.join("\n"), many.with(15, "other").join("\n"));
  expect(lines.map(({ kind }) => kind)).toEqual([
    "folded",
    ...Array.from({ length: 3 }, () => "same"),
    "removed",
    "added",
    ...Array.from({ length: 3 }, () => "same"),
    "folded",
  ]);
});

test("equal texts have no change", () => {
  expect(diffLines("a\nb", "a\nb")).toMatchObject({ isSame: true, isWhole: false });
});

test("texts that are too different are shown whole", () => {
  const text = (seed: number): string => Array.from({ length: 20_000 }, (_, index) => String(index * seed)).join("\n");
  const { isWhole, lines } = diffLines(text(7919), text(6007));
  expect(isWhole).toBe(true);
  expect(lines).toHaveLength(40_000);
});

test("both texts can be read from the difference, whatever they are", () => {
  const text = fc
    .array(fc.constantFrom("a", "b b", "", " c", "a b c"), { maxLength: 25 })
    .map((lines) => lines.join("\n"));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const { lines } = diffLines(before, after);
      expect(side(lines, "added")).toBe(before);
      expect(side(lines, "removed")).toBe(after);
    }),
  );
});

test("a member that changed is compared with itself, whatever went before it", () => {
  const { lines } = diffLines('{\n "hint": true,\n "text": "Sends it."\n}', '{\n "text": "Sends it. Twice."\n}');
  const changed = lines.flatMap((line) => ("pieces" in line && line.pieces.length > 1 ? [line.kind] : []));
  expect(changed).toEqual(["removed", "added"]);
  expect(lines.find((line) => line.kind === "added")).toMatchObject({
    pieces: expect.arrayContaining([{ text: ' "text": "Sends it.', isChanged: false }]) as unknown,
  });
});
