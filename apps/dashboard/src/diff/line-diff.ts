import { diffArrays, diffWordsWithSpace } from "diff";

/** A stretch of a line; `isChanged` where it is not in the other text's line. */
export interface DiffPiece {
  text: string;
  isChanged: boolean;
}

export type DiffLine =
  | { kind: "same"; text: string }
  | { kind: "removed" | "added"; pieces: DiffPiece[] }
  /** A long stretch that is the same in both, folded away. */
  | { kind: "folded"; lines: string[] };

export interface LineDiff {
  lines: DiffLine[];
  /** Whether the texts are the same. */
  isSame: boolean;
  /** Whether they were too different, or too long, to be compared line by line: then one is removed and the other added. */
  isWhole: boolean;
}

/** Lines that stay in sight around a change. */
const CONTEXT_LINES = 3;
const MIN_FOLDED_LINES = 4;
/** Beyond these a comparison would block the page. */
const MAX_EDITS = 2_000;
const MAX_MS = 150;
const MAX_WORD_DIFF_LENGTH = 2_000;

/** What changed from one text to another, line by line, and within lines that changed word by word. */
export function diffLines(before: string, after: string): LineDiff {
  if (before === after) return { lines: fold(before.split("\n").map(same)), isSame: true, isWhole: false };
  const old = before.split("\n");
  const now = after.split("\n");
  const changes = diffArrays(old, now, { maxEditLength: MAX_EDITS, timeout: MAX_MS });
  if (changes === undefined) {
    return { lines: [...old.map(whole("removed")), ...now.map(whole("added"))], isSame: false, isWhole: true };
  }
  const lines: DiffLine[] = [];
  for (let index = 0; index < changes.length; index++) {
    const change = changes[index];
    const next = changes[index + 1];
    if (change === undefined) continue;
    if (change.removed && next?.added) {
      lines.push(...changedLines(change.value, next.value));
      index++;
    } else if (change.removed) lines.push(...change.value.map(whole("removed")));
    else if (change.added) lines.push(...change.value.map(whole("added")));
    else lines.push(...change.value.map(same));
  }
  return { lines: fold(lines), isSame: false, isWhole: false };
}

const same = (text: string): DiffLine => ({ kind: "same", text });
const whole =
  (kind: "removed" | "added") =>
  (text: string): DiffLine => ({ kind, pieces: [{ text, isChanged: true }] });

/** Lines that took the place of others, each beside the one that it comes from. */
function changedLines(removed: readonly string[], added: readonly string[]): DiffLine[] {
  const partners = partnersOf(removed, added);
  const befores = removed.map(whole("removed"));
  const afters = added.map(whole("added"));
  for (const [from, to] of partners) {
    const { before, after } = diffWords(removed[from] ?? "", added[to] ?? "");
    befores[from] = { kind: "removed", pieces: before };
    afters[to] = { kind: "added", pieces: after };
  }
  return [...befores, ...afters];
}

/** Which line came from which: those that begin alike, in order; where as many went as came, the others by their place. */
function partnersOf(removed: readonly string[], added: readonly string[]): [from: number, to: number][] {
  const partners: [number, number][] = [];
  let from = 0;
  for (const [to, line] of added.entries()) {
    const found = removed.slice(from, from + MAX_LOOKED_AT).findIndex((before) => beginAlike(before, line));
    if (found === -1) continue;
    partners.push([from + found, to]);
    from += found + 1;
  }
  return partners.length === 0 && removed.length === added.length
    ? removed.map((_, index) => [index, index])
    : partners;
}

const MAX_LOOKED_AT = 50;
const MIN_ALIKE = 4;

/** By the name of a JSON member, where they have one, else by their first letters. */
function beginAlike(one: string, other: string): boolean {
  const [before, after] = [one.trimStart(), other.trimStart()];
  const name = /^"(?:[^"\\]|\\.)*":/.exec(before)?.[0];
  return after.startsWith(name ?? before.slice(0, MIN_ALIKE)) && before.length >= MIN_ALIKE;
}

function diffWords(before: string, after: string): { before: DiffPiece[]; after: DiffPiece[] } {
  const words =
    before.length + after.length > MAX_WORD_DIFF_LENGTH
      ? undefined
      : diffWordsWithSpace(before, after, { maxEditLength: MAX_EDITS, timeout: MAX_MS });
  if (words === undefined) {
    return { before: [{ text: before, isChanged: true }], after: [{ text: after, isChanged: true }] };
  }
  const of = (side: "removed" | "added"): DiffPiece[] =>
    words
      .filter((word) => word[side] || (!word.added && !word.removed))
      .map((word) => ({ text: word.value, isChanged: word[side] }));
  return { before: of("removed"), after: of("added") };
}

function fold(lines: readonly DiffLine[]): DiffLine[] {
  const folded: DiffLine[] = [];
  for (let start = 0; start < lines.length;) {
    let end = start;
    while (lines[end]?.kind === "same") end++;
    if (end === start) {
      folded.push(lines[start] as DiffLine);
      start++;
      continue;
    }
    const stretch = lines.slice(start, end) as { kind: "same"; text: string }[];
    const head = start === 0 ? 0 : CONTEXT_LINES;
    const tail = end === lines.length ? 0 : CONTEXT_LINES;
    if (stretch.length - head - tail < MIN_FOLDED_LINES) folded.push(...stretch);
    else {
      const hidden = stretch.slice(head, stretch.length - tail).map(({ text }) => text);
      folded.push(
        ...stretch.slice(0, head),
        { kind: "folded", lines: hidden },
        ...stretch.slice(stretch.length - tail),
      );
    }
    start = end;
  }
  return folded;
}
