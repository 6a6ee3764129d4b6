const INDENT = "  ";
const MAX_INDENT_DEPTH = 40;

/**
 * Lays JSON text out over lines without reading its values: numbers beyond what JavaScript holds, repeated members and
 * escapes stay as they were written. Text that is no JSON comes out unharmed but oddly spaced.
 */
export function indentJson(text: string): string {
  const out: string[] = [];
  let depth = 0;
  let index = 0;
  const newLine = (): void => {
    out.push(`\n${INDENT.repeat(Math.min(depth, MAX_INDENT_DEPTH))}`);
  };
  while (index < text.length) {
    const character = text.charAt(index);
    if (character === '"') {
      const end = endOfString(text, index);
      out.push(text.slice(index, end));
      index = end;
      continue;
    }
    index += 1;
    if (character === "{" || character === "[") {
      const closing = character === "{" ? "}" : "]";
      const next = skipSpace(text, index);
      if (text.charAt(next) === closing) {
        out.push(character, closing);
        index = next + 1;
      } else {
        depth += 1;
        out.push(character);
        newLine();
      }
    } else if (character === "}" || character === "]") {
      depth = Math.max(0, depth - 1);
      newLine();
      out.push(character);
    } else if (character === ",") {
      out.push(",");
      newLine();
    } else if (character === ":") out.push(": ");
    else if (!isSpace(character)) out.push(character);
  }
  return out.join("");
}

const isSpace = (character: string): boolean =>
  character === " " || character === "\n" || character === "\t" || character === "\r";

function skipSpace(text: string, from: number): number {
  let index = from;
  while (isSpace(text.charAt(index))) index += 1;
  return index;
}

function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text.charAt(index) !== '"') index += text.charAt(index) === "\\" ? 2 : 1;
  return Math.min(index + 1, text.length);
}
