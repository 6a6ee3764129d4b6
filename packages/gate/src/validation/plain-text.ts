/** Longest stretch of a text that may be somebody's value, in UTF-16 code units. */
const MAX_ECHO = 64;
/** More of a text is never looked at. */
const MAX_LOOKED_AT = 8_192;

const stackLine = /^\s*(?:at\s.*[:(/\\<].*|File ".*", line \d+.*|Traceback \(most recent call last\):\s*)$/;
/** Controls, what turns the direction of writing round, and what has no width. */
// oxlint-disable-next-line no-control-regex
const invisible = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
// oxlint-disable-next-line no-control-regex
const terminalCode = /\u001b\[[0-9;]*[A-Za-z]/g;
const longWord = new RegExp(String.raw`\S{${MAX_ECHO + 1},}`, "g");
const longQuote = new RegExp(String.raw`(["'\`])((?:(?!\1).){${MAX_ECHO + 1},})\1`, "g");

/** A text on one line, without a stack trace and without characters that cannot be seen. */
export function oneLine(text: string): string {
  const lines = text
    .slice(0, MAX_LOOKED_AT)
    .toWellFormed()
    .replace(terminalCode, "")
    .split(/\r\n?|[\n\u2028\u2029]/)
    .filter((line) => !stackLine.test(line));
  return lines.join(" ").replace(invisible, "").replace(/\s+/g, " ").trim();
}

/** A text of somebody else's as it may stand in an answer: on one line, and no word or quotation of more than 64 characters. */
export function plainText(text: string, maxLength: number): string {
  const short = oneLine(text)
    .replace(longQuote, (_, quote: string, quoted: string) => `${quote}${cutText(quoted, MAX_ECHO)}${quote}`)
    .replace(longWord, (word) => cutText(word, MAX_ECHO));
  return cutText(short, maxLength);
}

/** The beginning of a text that fits in so many bytes of UTF-8, with a mark where something is missing. */
export function cutBytes(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  const mark = "…";
  let out = "";
  let bytes = Buffer.byteLength(mark);
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    out += character;
  }
  return out + mark;
}

/** At most so many characters, with a mark where something is missing; never half a surrogate pair. */
export const cutText = (text: string, maxLength: number): string =>
  text.length <= maxLength
    ? text
    : `${text
        .slice(0, maxLength - 1)
        .toWellFormed()
        .replace(/\uFFFD$/, "")}…`;
