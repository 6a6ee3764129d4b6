const MAX_SEGMENT = 64;
const MAX_POINTER = 256;

/** JSON pointer (RFC 6901) to a path. Names are the caller's to invent: each is cut at 64 characters, the whole at 256. */
export const pointerOf = (path: readonly PropertyKey[]): string =>
  path
    .map((segment) => `/${cutSegment(String(segment)).replaceAll("~", "~0").replaceAll("/", "~1")}`)
    .join("")
    .slice(0, MAX_POINTER);

const cutSegment = (segment: string): string =>
  segment.length <= MAX_SEGMENT ? segment : `${segment.slice(0, MAX_SEGMENT - 1)}…`;

/** The names and indices that a JSON pointer goes through. */
export const segmentsOf = (pointer: string): string[] =>
  pointer
    .split("/")
    .slice(1)
    .map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"));

/** The value that a path leads to; undefined where it leads nowhere. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let current = value;
  for (const segment of path) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, segment)) return undefined;
    current = (current as Record<PropertyKey, unknown>)[segment];
  }
  return current;
}
