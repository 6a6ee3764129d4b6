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

/** Lines that took the place of others: the first of one belongs to the first of the other, and so on. */
function changedLines(removed: readonly string[], added: readonly string[]): DiffLine[] {
  const pairs = removed.slice(0, added.length).map((before, index) => diffWords(before, added[index] ?? ""));
  return [
    ...pairs.map(({ before }): DiffLine => ({ kind: "removed", pieces: before })),
    ...removed.slice(pairs.length).map(whole("removed")),
    ...pairs.map(({ after }): DiffLine => ({ kind: "added", pieces: after })),
    ...added.slice(pairs.length).map(whole("added")),
  ];
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
