/** What is written for a class of characters, in the order in which it reads best. */
const READABLE = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890 -_.:/@+";
const MAX_LENGTH = 64;
const MAX_GROUPS = 16;

/** Only what matches is given, so that reading a pattern too simply does no harm. */
class Reader {
  at = 0;
  nesting = 0;
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  get next(): string | undefined {
    return this.source[this.at];
  }

  take(text: string): boolean {
    if (!this.source.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source);
    if (found !== null) this.at += found[0].length;
    return found;
  }
}

/**
 * The shortest text that a plain pattern describes: literals, classes, groups and counts. Whether it matches is for the
 * caller to see: undefined or wrong where the pattern is not plain.
 */
export function samplePattern(source: string): string | undefined {
  const reader = new Reader(source);
  const sample = alternativesOf(reader);
  return reader.at === source.length && sample !== undefined && sample.length <= MAX_LENGTH ? sample : undefined;
}

/** The first of the alternatives; the others are only read. */
function alternativesOf(reader: Reader): string | undefined {
  const first = sequenceOf(reader);
  while (reader.take("|")) if (sequenceOf(reader) === undefined) return undefined;
  return first;
}

function sequenceOf(reader: Reader): string | undefined {
  let sample = "";
  while (reader.next !== undefined && reader.next !== "|" && reader.next !== ")") {
    const atom = atomOf(reader);
    if (atom === undefined) return undefined;
    const count = countOf(reader);
    if (sample.length + atom.length * count > MAX_LENGTH) return undefined;
    sample += atom.repeat(count);
  }
  return sample;
}

const counted = /\{(\d+)(?:,\d*)?\}/y;

function countOf(reader: Reader): number {
  const found = reader.match(counted);
  const count = found !== null ? Number(found[1]) : reader.take("*") || reader.take("?") ? 0 : 1;
  if (found === null && count === 1) reader.take("+");
  reader.take("?");
  return count;
}

const groupStart = /\((?:\?:|\?<[A-Za-z]\w*>)?(?!\?)/y;

function atomOf(reader: Reader): string | undefined {
  if (reader.take("^") || reader.take("$")) return "";
  if (reader.take("\\")) return escapeOf(reader);
  if (reader.take(".")) return "a";
  if (reader.match(groupStart) !== null) {
    if (++reader.nesting > MAX_GROUPS) return undefined;
    const group = alternativesOf(reader);
    return reader.take(")") ? group : undefined;
  }
  if (reader.next === "[") return classOf(reader);
  if ("(*+?{".includes(reader.next ?? "")) return undefined;
  const literal = String.fromCodePoint(reader.source.codePointAt(reader.at) ?? 0);
  reader.at += literal.length;
  return literal;
}

const whole = /\[(?:[^\]\\]|\\.)*\]/y;

function classOf(reader: Reader): string | undefined {
  const found = reader.match(whole);
  if (found === null) return undefined;
  try {
    const member = new RegExp(`^${found[0]}$`, "u");
    return Array.from(READABLE + found[0]).find((character) => member.test(character));
  } catch {
    return undefined;
  }
}

const samples: Readonly<Record<string, string>> = { d: "1", w: "a", s: " ", S: "a", D: "a", W: "-", b: "", t: "\t" };

function escapeOf(reader: Reader): string | undefined {
  const escaped = reader.next;
  if (escaped === undefined) return undefined;
  reader.at++;
  if (/[A-Za-z0-9]/.test(escaped)) return Object.hasOwn(samples, escaped) ? samples[escaped] : undefined;
  return escaped;
}
