/** Why a value has no canonical form. */
export type CanonicalJsonErrorCode = "too_deep" | "too_large" | "not_json" | "lone_surrogate";

export class CanonicalJsonError extends Error {
  readonly code: CanonicalJsonErrorCode;
  constructor(code: CanonicalJsonErrorCode, message: string) {
    super(message);
    this.name = "CanonicalJsonError";
    this.code = code;
  }
}

export interface CanonicalJsonLimits {
  /** Nesting of arrays and objects. @defaultValue 64 */
  maxDepth?: number;
  /** Length of the text in UTF-16 code units. @defaultValue 1 MiB */
  maxLength?: number;
}

/**
 * The JSON Canonicalization Scheme: members sorted by UTF-16 code units, no white space, ECMAScript numbers.
 * Members whose value is `undefined` are left out, as `JSON.stringify` does; strings are not normalised.
 *
 * @throws {CanonicalJsonError} where the value is no JSON value, holds a lone surrogate, or exceeds a limit.
 * @see https://www.rfc-editor.org/rfc/rfc8785
 */
export function canonicalJson(value: unknown, limits: CanonicalJsonLimits = {}): string {
  const maxDepth = limits.maxDepth ?? 64;
  const maxLength = limits.maxLength ?? 1_048_576;
  let length = 0;

  const emit = (text: string): string => {
    length += text.length;
    if (length > maxLength)
      throw new CanonicalJsonError("too_large", `canonical JSON longer than ${maxLength} characters`);
    return text;
  };
  const string = (text: string): string => {
    if (!text.isWellFormed()) throw new CanonicalJsonError("lone_surrogate", "a string holds a lone surrogate");
    return emit(JSON.stringify(text));
  };
  const write = (node: unknown, depth: number): string => {
    switch (typeof node) {
      case "string":
        return string(node);
      case "number":
        if (!Number.isFinite(node)) throw new CanonicalJsonError("not_json", `${node} is not a JSON number`);
        return emit(JSON.stringify(node));
      case "boolean":
        return emit(node ? "true" : "false");
      case "object":
        break;
      default:
        throw new CanonicalJsonError("not_json", `a ${typeof node} is not a JSON value`);
    }
    if (node === null) return emit("null");
    if (depth >= maxDepth) throw new CanonicalJsonError("too_deep", `nested deeper than ${maxDepth} levels`);
    if (Array.isArray(node)) {
      const items: string[] = [];
      emit("[]");
      for (const item of node) {
        if (items.length > 0) emit(",");
        items.push(write(item, depth + 1));
      }
      return `[${items.join(",")}]`;
    }
    const members: string[] = [];
    emit("{}");
    for (const key of Object.keys(node).toSorted()) {
      const member = (node as Record<string, unknown>)[key];
      if (member === undefined) continue;
      emit(members.length > 0 ? ",:" : ":");
      members.push(`${string(key)}:${write(member, depth + 1)}`);
    }
    return `{${members.join(",")}}`;
  };
  return write(value, 0);
}
