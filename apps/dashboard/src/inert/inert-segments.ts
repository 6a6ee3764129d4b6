/** A stretch of text that is shown as it is, or characters that would be invisible or act on what surrounds them. */
export type InertSegment = { kind: "text"; text: string } | { kind: "mark"; label: string; title: string };

const names: Readonly<Record<number, string>> = {
  0x00: "NUL",
  0x07: "BEL",
  0x08: "BS",
  0x0b: "VT",
  0x0c: "FF",
  0x0d: "CR",
  0x1b: "ESC",
  0x7f: "DEL",
  0x9b: "CSI",
  0xad: "SHY",
  0x34f: "CGJ",
  0x61c: "ALM",
  0x180e: "MVS",
  0x200b: "ZWSP",
  0x200c: "ZWNJ",
  0x200d: "ZWJ",
  0x200e: "LRM",
  0x200f: "RLM",
  0x2028: "LS",
  0x2029: "PS",
  0x202a: "LRE",
  0x202b: "RLE",
  0x202c: "PDF",
  0x202d: "LRO",
  0x202e: "RLO",
  0x2060: "WJ",
  0x2066: "LRI",
  0x2067: "RLI",
  0x2068: "FSI",
  0x2069: "PDI",
  0xfeff: "BOM",
};

const MAX_MARKS_SHOWN = 4;
const unseen = /(?:(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}])+|(?<=\p{M}{4})\p{M}+/gu;

function codePointName(codePoint: number): string {
  const hex = codePoint.toString(16).toUpperCase().padStart(4, "0");
  // Tag characters spell ASCII that nobody sees: say what.
  if (codePoint > 0xe0020 && codePoint < 0xe007f) return `TAG ${String.fromCodePoint(codePoint - 0xe0000)}`;
  return names[codePoint] ?? `U+${hex}`;
}

function markOf(run: string): InertSegment {
  const shown: { name: string; count: number }[] = [];
  let hidden = 0;
  let count = 0;
  for (const character of run) {
    count += 1;
    const name = codePointName(character.codePointAt(0) ?? 0);
    const last = shown.at(-1);
    if (hidden === 0 && last?.name === name) last.count += 1;
    else if (shown.length < MAX_MARKS_SHOWN) shown.push({ name, count: 1 });
    else hidden += 1;
  }
  const label = shown.map(({ name, count }) => (count > 1 ? `${name}×${count}` : name)).join(" ");
  const more = hidden > 0 ? ` +${hidden}` : "";
  return { kind: "mark", label: label + more, title: `${count} invisible character${count === 1 ? "" : "s"}` };
}

/**
 * Cuts a text at every run of characters that cannot be seen or that change how others are shown (controls, escape
 * sequences' beginnings, bidi, zero-width, tags, lone surrogates, towers of combining marks).
 */
export function splitInert(text: string): InertSegment[] {
  const segments: InertSegment[] = [];
  let end = 0;
  for (const match of text.matchAll(unseen)) {
    if (match.index > end) segments.push({ kind: "text", text: text.slice(end, match.index) });
    segments.push(markOf(match[0]));
    end = match.index + match[0].length;
  }
  if (end < text.length) segments.push({ kind: "text", text: text.slice(end) });
  return segments;
}

/** The same as plain text, for titles and labels: `a⟨RLO⟩b`. */
export const inertString = (text: string): string =>
  splitInert(text)
    .map((segment) => (segment.kind === "text" ? segment.text : `⟨${segment.label}⟩`))
    .join("");

/** The first `max` UTF-16 units, never ending inside a surrogate pair. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text;
  const lastUnit = text.charCodeAt(max - 1);
  return text.slice(0, lastUnit >= 0xd800 && lastUnit <= 0xdbff ? max - 1 : max);
}
