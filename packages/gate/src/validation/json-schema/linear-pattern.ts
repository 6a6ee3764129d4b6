// What `\s` and `.` of ECMAScript hold beyond those of RE2.
const SPACES = String.raw`\t\n\x{b}\f\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}`;
const ANY_BUT_LINE_ENDS = String.raw`[^\n\r\x{2028}\x{2029}]`;
const quantifier = /\{\d+(?:,\d*)?\}/y;
const namedGroup = /\(\?<[A-Za-z_]\w*>/y;
const codePoint =
  /\\u\{([0-9a-fA-F]{1,6})\}|\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})/y;
const generalCategory = /\\[pP]\{(?:L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?|C[cfo]?)\}/y;

interface Translated {
  text: string;
  length: number;
}

/**
 * A pattern of ECMAScript in the syntax of RE2, with the same meaning; undefined where RE2 has no such thing, as for
 * lookahead and back references.
 */
export function toLinearPattern(source: string): string | undefined {
  let out = "";
  let inClass = false;
  for (let at = 0; at < source.length;) {
    const part = inClass ? inClassAt(source, at) : outsideAt(source, at);
    if (part === undefined) return undefined;
    if (!inClass && source[at] === "[") inClass = true;
    else if (inClass && source[at] === "]") inClass = false;
    out += part.text;
    at += part.length;
  }
  return inClass ? undefined : out;
}

function outsideAt(source: string, at: number): Translated | undefined {
  const char = source[at] as string;
  switch (char) {
    case "\\":
      return escapeAt(source, at, false);
    case "[":
      // An empty class, and its complement.
      return source.startsWith("[]", at) || source.startsWith("[^]", at) ? undefined : same(char);
    case ".":
      return { text: ANY_BUT_LINE_ENDS, length: 1 };
    case "(": {
      if (source[at + 1] !== "?") return same("(");
      if (source[at + 2] === ":") return same("(?:");
      const group = matchAt(namedGroup, source, at);
      return group && { text: "(", length: group[0].length };
    }
    case "{": {
      const counted = matchAt(quantifier, source, at);
      return counted ? same(counted[0]) : { text: String.raw`\{`, length: 1 };
    }
    case "}":
    case "]":
      return { text: `\\${char}`, length: 1 };
    default:
      return same(char);
  }
}

function inClassAt(source: string, at: number): Translated | undefined {
  const char = source[at] as string;
  if (char === "\\") return escapeAt(source, at, true);
  // Set operations and named classes of other engines.
  return char === "[" || char === "&" || char === "~" ? { text: `\\${char}`, length: 1 } : same(char);
}

function escapeAt(source: string, at: number, inClass: boolean): Translated | undefined {
  const char = source[at + 1];
  if (char === undefined) return undefined;
  switch (char) {
    case "s":
      return { text: inClass ? SPACES : `[${SPACES}]`, length: 2 };
    case "S":
      return inClass ? undefined : { text: `[^${SPACES}]`, length: 2 };
    case "b":
      return { text: inClass ? String.raw`\x08` : String.raw`\b`, length: 2 };
    case "B":
      return inClass ? undefined : same(String.raw`\B`);
    case "v":
      return { text: String.raw`\x{b}`, length: 2 };
    case "0":
      return /\d/.test(source[at + 2] ?? "") ? undefined : { text: String.raw`\x00`, length: 2 };
    case "u":
    case "x": {
      const match = matchAt(codePoint, source, at);
      return match && codePointOf(match);
    }
    case "p":
    case "P": {
      const match = matchAt(generalCategory, source, at);
      return match && same(match[0]);
    }
    default:
      if ("dDwWtnrf".includes(char)) return same(`\\${char}`);
      // Letters and digits mean something else in each engine, or nothing.
      return /[A-Za-z0-9_]/.test(char) || char > "~" ? undefined : same(`\\${char}`);
  }
}

function codePointOf([whole, braced, high, low, unit, byte]: RegExpExecArray): Translated | undefined {
  const code =
    high !== undefined && low !== undefined
      ? (Number.parseInt(high, 16) - 0xd800) * 0x400 + Number.parseInt(low, 16) - 0xdc00 + 0x10000
      : Number.parseInt(braced ?? unit ?? byte ?? "", 16);
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
  return { text: `\\x{${code.toString(16)}}`, length: whole.length };
}

const same = (text: string): Translated => ({ text, length: text.length });

function matchAt(pattern: RegExp, source: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source) ?? undefined;
}
